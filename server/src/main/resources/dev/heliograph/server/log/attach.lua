#!lua flags=allow-oom
-- Makes a session the only one of its device; the session before it is told through its gateway's mailbox.
-- KEYS  1 devices
-- ARGV  1 device  2 mailbox  3 connection id  4 connected at, ms  5 most devices  6 life in ms  7 mailbox key prefix
--       8 most entries of a mailbox  9 '1': only if no newer session took over meanwhile
-- Reply 1, or 0 if a newer session has taken over
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local mailbox, connection, since = string.match(known, '^(%S+) (%S+) (%d+)$')
  if connection ~= ARGV[3] then
    if ARGV[9] == '1' and tonumber(since) >= tonumber(ARGV[4]) then
      return 0
    end
    redis.call('XADD', ARGV[7] .. mailbox, 'NOMKSTREAM', 'MAXLEN', '~', ARGV[8], '*', 'x', connection)
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
  local oldest, oldestAt
  local devices = redis.call('HGETALL', KEYS[1])
  for i = 1, #devices, 2 do
    local at = tonumber(string.match(devices[i + 1], '(%d+)$'))
    if devices[i] ~= ARGV[1] and (not oldestAt or at < oldestAt) then
      oldest, oldestAt = devices[i], at
    end
  end
  redis.call('HDEL', KEYS[1], oldest)
end
return 1
