#!lua flags=allow-oom
-- Notes how many connections a gateway holds, or that it leaves, and tells how many each holds. Times are the server's.
-- KEYS[1] the gateways, a hash: instance -> "<connections> <ms since 1970>"
-- ARGV: instance, connections or "" when it leaves, life of a note in ms
-- Returns instance, connections, instance, connections, …
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = tonumber(ARGV[3])
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now))
end
local notes = redis.call('HGETALL', KEYS[1])
local told = {}
for i = 1, #notes, 2 do
  local connections, at = string.match(notes[i + 1], '^(%d+) (%d+)$')
  if at and math.abs(now - tonumber(at)) < life then
    told[#told + 1] = notes[i]
    told[#told + 1] = connections
  else
    redis.call('HDEL', KEYS[1], notes[i])
  end
end
redis.call('PEXPIRE', KEYS[1], life)
return told
