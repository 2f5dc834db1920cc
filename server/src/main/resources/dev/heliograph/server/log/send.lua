#!lua
-- Hands an ephemeral notification to the interested mailboxes, and stores nothing.
-- KEYS  1 state
-- ARGV  1 tenant/channel  2 envelope  3 mailbox key prefix  4 most entries of a mailbox
--       5 '1': report mailboxes that are not here, and leave their interest
-- Reply {number of mailboxes, mailboxes that are not here...}
local reply = {0}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.byte(field) == 64 then
    local mailbox = string.sub(field, 2)
    -- Protected, as in publish.lua.
    local sent = redis.pcall('XADD', ARGV[3] .. mailbox, 'NOMKSTREAM', 'MAXLEN', '~', ARGV[4], '*', 'c', ARGV[1], 'd', ARGV[2])
    if not sent and ARGV[5] == '1' then
      reply[#reply + 1] = mailbox
    elseif not sent then
      -- No such mailbox: its gateway is dead.
      redis.call('HDEL', KEYS[1], field)
    elseif type(sent) == 'string' then
      reply[1] = reply[1] + 1
    end
  end
end
return reply
