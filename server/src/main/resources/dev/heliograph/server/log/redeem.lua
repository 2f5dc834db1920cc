#!lua flags=allow-oom
-- Takes a ticket out.
-- KEYS  1 tickets, see issue.lua
-- ARGV  1 hash of the ticket
-- Reply what it stands for, or '' when there is no such ticket or it has expired
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, ticket in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local hash, expiry, holder = string.match(ticket, '^(%x+) (%d+) (.*)$')
  if hash == ARGV[1] then
    redis.call('LREM', KEYS[1], 1, ticket)
    return tonumber(expiry) > now and holder or ''
  end
end
return ''
