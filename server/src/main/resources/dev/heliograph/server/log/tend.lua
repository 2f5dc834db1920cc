#!lua flags=allow-oom
-- Keeps a mailbox alive and drops what its reader has read.
-- KEYS  1 mailbox
-- ARGV  1 life in ms  2 the id after the newest entry read  3 how many entries were read in all
-- Reply 1, 0 if the mailbox is gone, -1 if entries were dropped before they were read
if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2])
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'entries-added' then
    -- What is left must be all that was added and not read.
    return redis.call('XLEN', KEYS[1]) == info[i + 1] - ARGV[3] and 1 or -1
  end
end
return 1
