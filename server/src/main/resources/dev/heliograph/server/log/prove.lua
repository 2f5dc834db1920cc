-- Whether a log goes on right after a position. Part of other scripts; KEYS[1] is the log.

-- An epoch names the log's life with its first eight digits; the others change whenever it has lost entries.
local function sameLife(one, other)
  return string.sub(one, 1, 8) == string.sub(other, 1, 8)
end

local function first(from)
  return redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
end

local function before(a, b)
  local aMs, aN = string.match(a, '(%d+)-(%d+)')
  local bMs, bN = string.match(b, '(%d+)-(%d+)')
  aMs, bMs = tonumber(aMs), tonumber(bMs)
  return aMs < bMs or (aMs == bMs and tonumber(aN) < tonumber(bN))
end

-- The proof is the position's entry itself, or, when that was trimmed, the next entry, which names its predecessor.
-- epoch, seq, last, fingerprint: the log's head, texts. pEpoch, pSeq, pId, pFingerprint: the position, pSeq a number
local function prove(epoch, seq, last, fingerprint, pEpoch, pSeq, pId, pFingerprint)
  if not sameLife(pEpoch, epoch) then
    return 'EPOCH'
  end
  if pSeq == tonumber(seq) then
    return (pId == last and pFingerprint == fingerprint) and 'OK' or 'FORK'
  end
  if pSeq > tonumber(seq) then
    return 'FORK'
  end
  local own = pSeq > 0 and redis.call('XRANGE', KEYS[1], pId, pId)[1]
  if own then
    return (tonumber(own[2][2]) == pSeq and own[2][6] == pFingerprint) and 'OK' or 'FORK'
  end
  local following = first('(' .. pId)
  if not following then
    return before(last, pId) and 'FORK' or 'TRIMMED'
  end
  if tonumber(following[2][2]) == pSeq + 1 and following[2][4] == pId .. '.' .. pFingerprint then
    return 'OK'
  end
  local oldest = first('-')
  if before(pId, oldest[1]) and pSeq < tonumber(oldest[2][2]) then
    return 'TRIMMED'
  end
  return 'FORK'
end
