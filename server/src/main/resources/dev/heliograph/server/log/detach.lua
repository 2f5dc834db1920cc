#!lua flags=allow-oom
-- Forgets a session, unless a newer one of the device has taken its place.
-- KEYS  1 devices
-- ARGV  1 device  2 connection id
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and string.match(known, '^%S+ (%S+) %d+$') == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
