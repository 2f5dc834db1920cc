#!lua
-- Stores a notification and hands it to the interested gateways: to each one's mailbox, or, where there are many, once to the
-- broadcast stream that all of them read. A large one is handed as a doorbell, without its envelope: they read the log.
-- KEYS  1 log  2 state  3 idempotency bucket of now  4 the bucket before
-- ARGV  1 tenant/channel  2 fingerprint  3 envelope  4 epoch, if the log has none yet  5 most entries  6 log's life in ms
--       7 state's life in ms  8 prefix of the keys of mailboxes and stream  9 most entries of each
--       10 idempotency field, '' without a key  11 request hash  12 notification id  13 bucket's life in ms
--       14 '1': the caller waits for replicas  15 '1': report mailboxes that are not here, and leave their interest
-- Reply {0, epoch, seq, id, mailboxes that are not here...}, or {1, what is remembered under the key, the log's epoch or ''}

-- Up to eight copies cost Redis less than waking all the gateways that do not want the entry; the gap keeps a gateway that comes
-- and goes from changing the way.
local BROADCAST_ABOVE, MAILBOXES_BELOW = 8, 4
-- So long a dead mailbox counts; asking for all of them each time would cost as much as the copies.
local PRUNE_EVERY = 64
-- From four copies on, four fifths of what is written to memory, AOF and replicas would be copies of a large envelope. A
-- broadcast is one copy, dearer to read again for many gateways than to keep: so 10,000 of them stay below 160 MB.
local DOORBELL_ABOVE_BYTES, DOORBELL_FROM_MAILBOXES, BROADCAST_DOORBELL_ABOVE_BYTES = 2048, 4, 16384

if ARGV[10] ~= '' then
  for bucket = 3, 4 do
    local known = redis.call('HGET', KEYS[bucket], ARGV[10])
    if known then
      if ARGV[14] == '1' then
        -- WAIT promises to wait only for what its own connection wrote: this comes after the first write.
        redis.call('HSET', KEYS[bucket], ARGV[10], known)
      end
      return {1, known, redis.call('HGET', KEYS[2], 'e') or ''}
    end
  end
end

local epoch, seq, last, fingerprint = nil, 0, '0-0', '00000000'
-- plain: those whose gateways are of a build that reads nothing but its mailbox, and no doorbells.
local mailboxes, plain, broadcasts = {}, nil, false
local state = redis.call('HGETALL', KEYS[2])
for i = 1, #state, 2 do
  local field, value = state[i], state[i + 1]
  if field == 'e' then
    epoch = value
  elseif field == 's' then
    seq = tonumber(value)
  elseif field == 'l' then
    last = value
  elseif field == 'f' then
    fingerprint = value
  elseif string.byte(field) == 64 then
    mailboxes[#mailboxes + 1] = string.sub(field, 2)
    if value == '1' then
      plain = plain or {}
      plain[mailboxes[#mailboxes]] = true
    end
  elseif field == 'b' then
    broadcasts = true
  end
end
if not epoch then
  -- The state is gone: a new life of the log, whose numbers go on after whatever the stream still holds.
  epoch = ARGV[4]
  local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  if tail then
    last, seq, fingerprint = tail[1], tonumber(tail[2][2]), tail[2][6]
  end
end

-- A stream that expired has forgotten its last id: ids must not go back even if the clock did.
local id = '*'
if last ~= '0-0' and redis.call('EXISTS', KEYS[1]) == 0 then
  local ms, n = string.match(last, '(%d+)-(%d+)')
  local time = redis.call('TIME')
  if time[1] * 1000 + math.floor(time[2] / 1000) <= tonumber(ms) then
    id = ms .. '-' .. string.format('%.0f', n + 1)
  end
end

-- The only write that can fail comes first: scripts do not roll back.
local number = string.format('%.0f', seq + 1)
id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[5], id,
  's', number, 'p', last .. '.' .. fingerprint, 'f', ARGV[2], 'd', ARGV[3])
redis.call('HSET', KEYS[2], 'e', epoch, 's', number, 'l', id, 'f', ARGV[2])

-- Lives are refreshed only when a tenth has passed: each refresh is written to the AOF and to every replica.
local function keep(key, life)
  if redis.call('PTTL', key) < life * 0.9 then
    redis.call('PEXPIRE', key, life)
  end
end
keep(KEYS[1], ARGV[6])
keep(KEYS[2], ARGV[7])

local reply = {0, epoch, number, id}
if broadcasts or #mailboxes > BROADCAST_ABOVE
    or (#ARGV[3] > DOORBELL_ABOVE_BYTES and #mailboxes >= DOORBELL_FROM_MAILBOXES) then
  local able, rest = {}, {}
  for _, mailbox in ipairs(mailboxes) do
    local its = plain and plain[mailbox] and rest or able
    its[#its + 1] = mailbox
  end
  mailboxes = rest

  local many = #able > BROADCAST_ABOVE or (broadcasts and #able >= MAILBOXES_BELOW)
  if many and not broadcasts then
    redis.call('HSET', KEYS[2], 'b', '1')
  elseif broadcasts and not many then
    redis.call('HDEL', KEYS[2], 'b')
  end
  local entry = {'NOMKSTREAM', 'MAXLEN', '~', ARGV[9], '*',
    'c', ARGV[1], 'e', epoch, 's', number, 'i', id, 'p', last, 'f', ARGV[2]}
  local most = many and BROADCAST_DOORBELL_ABOVE_BYTES or DOORBELL_ABOVE_BYTES
  if #able < DOORBELL_FROM_MAILBOXES or #ARGV[3] <= most then
    entry[#entry + 1] = 'd'
    entry[#entry + 1] = ARGV[3]
  end
  -- Where the stream is not here mailboxes do: gateways make it, and those that find it gone begin anew.
  local broadcast = many and type(redis.pcall('XADD', ARGV[8] .. 'b', unpack(entry))) == 'string'
  if not broadcast or number % PRUNE_EVERY == 0 then
    for _, mailbox in ipairs(able) do
      local there
      if broadcast then
        there = redis.pcall('EXISTS', ARGV[8] .. 'm:' .. mailbox) ~= 0
      else
        there = redis.pcall('XADD', ARGV[8] .. 'm:' .. mailbox, unpack(entry))
      end
      if not there and ARGV[15] == '1' then
        reply[#reply + 1] = mailbox
      elseif not there then
        redis.call('HDEL', KEYS[2], '@' .. mailbox)
      end
    end
  end
end
for _, mailbox in ipairs(mailboxes) do
  -- An error, as from a slot that is being moved, must not keep the rest from being written.
  local sent = redis.pcall('XADD', ARGV[8] .. 'm:' .. mailbox, 'NOMKSTREAM', 'MAXLEN', '~', ARGV[9], '*',
    'c', ARGV[1], 'e', epoch, 's', number, 'i', id, 'p', last, 'f', ARGV[2], 'd', ARGV[3])
  if not sent and ARGV[15] == '1' then
    reply[#reply + 1] = mailbox
  elseif not sent then
    -- No such mailbox: its gateway is dead.
    redis.call('HDEL', KEYS[2], '@' .. mailbox)
  end
end

if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[10], ARGV[11] .. ' ' .. ARGV[12] .. ' ' .. number .. ' ' .. id)
  keep(KEYS[3], ARGV[13])
end
return reply
