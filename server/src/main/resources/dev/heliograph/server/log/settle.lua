#!lua flags=allow-oom
-- Begins a new epoch if the log has lost an entry that it had answered for, so that every position of before is told; and
-- has the interested gateways read the log.
-- KEYS  1 log  2 state
-- ARGV  1 tenant/channel  2 to 5 the entry: epoch, seq, id, fingerprint  6 how long ago it was known to be stored, in ms
--       7 the second half of a new epoch  8 mailbox key prefix  9 most entries of a mailbox
-- Reply {1} if it was lost and this was not known, else {0}
--@ prove.lua

local head = redis.call('HMGET', KEYS[2], 'e', 's', 'l', 'f', 'x')
local epoch = head[1]
-- Without a state, or in another life, every position is told anyway.
if not epoch or prove(epoch, head[2], head[3], head[4], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]) ~= 'FORK' then
  return {0}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local began = tonumber(head[5])
if ARGV[2] ~= epoch and began and now >= began and tonumber(ARGV[6]) >= now - began then
  -- It had been stored when the present epoch began, and was lost with what that tells.
  return {0}
end

epoch = string.sub(epoch, 1, 8) .. ARGV[7]
redis.call('HSET', KEYS[2], 'e', epoch, 'x', string.format('%.0f', now))
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  if string.byte(field) == 64 then
    -- Protected: what is wrong with a mailbox must not end the script half-way.
    redis.pcall('XADD', ARGV[8] .. string.sub(field, 2), 'NOMKSTREAM', 'MAXLEN', '~', ARGV[9], '*', 'c', ARGV[1], 'e', epoch)
  end
end
return {1}
