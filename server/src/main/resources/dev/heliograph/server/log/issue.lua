#!lua
-- Keeps a ticket for a while.
-- KEYS  1 tickets: a list of "hash expiry holder", the newest first, the expiry in ms
-- ARGV  1 hash of the ticket  2 what it stands for  3 life in ms  4 most tickets
-- Reply 1
local time = redis.call('TIME')
local expiry = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
redis.call('LPUSH', KEYS[1], string.format('%s %.0f %s', ARGV[1], expiry, ARGV[2]))
redis.call('LTRIM', KEYS[1], 0, ARGV[4] - 1)
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1
