#!lua flags=allow-oom
-- Makes a mailbox, and the broadcast stream beside it if there is none.
-- KEYS  1 mailbox  2 broadcast stream
-- ARGV  1 gateway  2 mailbox' life in ms  3 the stream's life in ms
-- Reply {id of the entry that makes the mailbox, the stream's last id, how many entries it was ever given}
local first = redis.call('XADD', KEYS[1], '*', 'n', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('XADD', KEYS[2], '*', 'n', ARGV[1])
  redis.call('XTRIM', KEYS[2], 'MAXLEN', 0)
end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
local told = {}
local info = redis.call('XINFO', 'STREAM', KEYS[2])
for i = 1, #info, 2 do
  told[info[i]] = info[i + 1]
end
return {first, told['last-generated-id'], told['entries-added']}
