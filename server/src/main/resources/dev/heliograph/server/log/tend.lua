#!lua flags=allow-oom
-- Keeps a mailbox alive and drops what its reader has read; and looks whether that reader still follows the broadcast stream.
-- KEYS  1 mailbox  2 broadcast stream
-- ARGV  1 mailbox' life in ms  2 the id after the newest entry read  3 how many entries were read in all
--       4 life of the stream and its entries in ms  5 how many entries of the stream were read, or added before that
-- Reply '', or why what was not read may be gone
local function told(stream, name)
  local info = redis.call('XINFO', 'STREAM', stream)
  for i = 1, #info, 2 do
    if info[i] == name then
      return info[i + 1]
    end
  end
end

if redis.call('PEXPIRE', KEYS[1], ARGV[1]) == 0 then
  return 'a mailbox is gone'
end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[2])
-- What is left must be all that was added and not read.
if redis.call('XLEN', KEYS[1]) ~= told(KEYS[1], 'entries-added') - ARGV[3] then
  return 'a mailbox ran over'
end

-- Only when a tenth has passed, since every gateway comes here: each refresh is written to the AOF and to every replica.
if redis.call('PTTL', KEYS[2]) < ARGV[4] * 0.9 and redis.call('PEXPIRE', KEYS[2], ARGV[4]) == 0 then
  return 'a broadcast stream is gone'
end
local time = redis.call('TIME')
redis.call('XTRIM', KEYS[2], 'MINID', '~', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[4]))
local added = told(KEYS[2], 'entries-added')
if added < tonumber(ARGV[5]) then
  return 'a broadcast stream is another one'
end
-- The oldest go first: as long as no more are gone than were read, none of the others is.
if added - redis.call('XLEN', KEYS[2]) > tonumber(ARGV[5]) then
  return 'a broadcast stream ran over'
end
return ''
