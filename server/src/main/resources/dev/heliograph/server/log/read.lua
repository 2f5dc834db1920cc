#!lua flags=allow-oom
-- Reads a page of a log from a place, and registers a mailbox' interest if one is named.
-- KEYS  1 log  2 state
-- ARGV  1 mailbox, '' for none  2 epoch, if the log has none yet  3 state's life in ms  4 id of the oldest moment still kept
--       5 most entries  6 where: P position, H head, E earliest, N last n
--       P: 7 epoch  8 seq  9 id  10 fingerprint   N: 7 n
-- Reply {outcome, epoch, base seq, base id, base fingerprint, head seq, head id, head fingerprint, entries}
local head = redis.call('HMGET', KEYS[2], 'e', 's', 'l', 'f')
local epoch, seq, last, fingerprint = head[1], head[2], head[3], head[4]
if not epoch then
  epoch, seq, last, fingerprint = ARGV[2], '0', '0-0', '00000000'
  local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  if tail then
    last, seq, fingerprint = tail[1], tail[2][2], tail[2][6]
  end
  redis.call('HSET', KEYS[2], 'e', epoch, 's', seq, 'l', last, 'f', fingerprint)
end
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[2], '@' .. ARGV[1], '1')
end
if redis.call('PTTL', KEYS[2]) < ARGV[3] * 0.9 then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
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

-- Whether the log goes on right after the position. Its proof is the entry itself, or, when that was trimmed, the next
-- entry, which names its predecessor.
local function prove(pEpoch, pSeq, pId, pFingerprint)
  if pEpoch ~= epoch then
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

local outcome, base, start = 'OK', nil, ARGV[4]
if ARGV[6] == 'P' then
  outcome = prove(ARGV[7], tonumber(ARGV[8]), ARGV[9], ARGV[10])
  if outcome == 'OK' then
    local following = first('(' .. ARGV[9])
    if following and before(following[1], ARGV[4]) then
      outcome = 'TRIMMED'
    else
      base, start = {ARGV[8], ARGV[9], ARGV[10]}, '(' .. ARGV[9]
    end
  end
elseif ARGV[6] == 'H' then
  base, start = {seq, last, fingerprint}, '(' .. last
elseif ARGV[6] == 'N' then
  local newest = redis.call('XREVRANGE', KEYS[1], '+', ARGV[4], 'COUNT', ARGV[7])
  if #newest > 0 then
    start = newest[#newest][1]
  end
end

local entries = redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', ARGV[5])
if not base then
  local oldest = entries[1]
  if oldest then
    local id, print = string.match(oldest[2][4], '(%d+-%d+)%.(%x+)')
    base = {string.format('%.0f', oldest[2][2] - 1), id, print}
  else
    base = {seq, last, fingerprint}
  end
end
return {outcome, epoch, base[1], base[2], base[3], seq, last, fingerprint, entries}
