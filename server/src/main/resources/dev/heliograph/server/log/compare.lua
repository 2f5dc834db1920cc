#!lua flags=no-writes
-- Compares what a gateway believes of channels with their state.
-- KEYS  the states
-- ARGV  for each state: mailbox, epoch, seq, id, fingerprint
-- Reply for each state 0 the same, 1 no interest of the mailbox, 2 another head
local findings = {}
for i, state in ipairs(KEYS) do
  local at = (i - 1) * 5
  local found = redis.call('HMGET', state, '@' .. ARGV[at + 1], 'e', 's', 'l', 'f')
  findings[i] = 0
  if not found[1] then
    findings[i] = 1
  else
    for part = 2, 5 do
      if found[part] ~= ARGV[at + part] then
        findings[i] = 2
      end
    end
  end
end
return findings
