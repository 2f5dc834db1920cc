#!lua flags=allow-oom
-- Reads a page of a log from a place, and registers a mailbox' interest if one is named.
-- KEYS  1 log  2 state
-- ARGV  1 mailbox, '' for none  2 epoch, if the log has none yet  3 state's life in ms  4 id of the oldest moment still kept
--       5 most entries  6 mailbox key prefix  7 '1': report mailboxes that are not here, and leave their interest
--       8 where: P position, H head, E earliest, N last n
--       P: 9 epoch  10 seq  11 id  12 fingerprint   N: 9 n
-- Reply {outcome, epoch, base seq, base id, base fingerprint, head seq, head id, head fingerprint, entries, mailboxes that
-- are not here}
--@ prove.lua

-- Its reader also takes broadcasts and doorbells; 1 stands for one that does not.
local UNDERSTANDS_ALL = '2'

local interest = '@' .. ARGV[1]
local head = redis.call('HMGET', KEYS[2], 'e', 's', 'l', 'f', interest)
local epoch, seq, last, fingerprint = head[1], head[2], head[3], head[4]
if not epoch then
  epoch, seq, last, fingerprint = ARGV[2], '0', '0-0', '00000000'
  local tail = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
  if tail then
    last, seq, fingerprint = tail[1], tail[2][2], tail[2][6]
  end
  redis.call('HSET', KEYS[2], 'e', epoch, 's', seq, 'l', last, 'f', fingerprint)
end
local absent = {}
if ARGV[1] ~= '' and head[5] ~= UNDERSTANDS_ALL then
  redis.call('HSET', KEYS[2], interest, UNDERSTANDS_ALL)
  -- Who comes looks who is gone: broadcasts do not touch mailboxes.
  for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
    if string.byte(field) == 64 and field ~= interest
        and redis.pcall('EXISTS', ARGV[6] .. string.sub(field, 2)) == 0 then
      if ARGV[7] == '1' then
        absent[#absent + 1] = string.sub(field, 2)
      else
        redis.call('HDEL', KEYS[2], field)
      end
    end
  end
end
if redis.call('PTTL', KEYS[2]) < ARGV[3] * 0.9 then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end

local outcome, base, start = 'OK', nil, ARGV[4]
if ARGV[8] == 'P' then
  outcome = prove(epoch, seq, last, fingerprint, ARGV[9], tonumber(ARGV[10]), ARGV[11], ARGV[12])
  if outcome == 'OK' then
    local following = first('(' .. ARGV[11])
    if following and before(following[1], ARGV[4]) then
      outcome = 'TRIMMED'
    else
      base, start = {ARGV[10], ARGV[11], ARGV[12]}, '(' .. ARGV[11]
    end
  end
  if outcome ~= 'EPOCH' and ARGV[9] ~= epoch then
    -- Entries were lost since the position was issued, whether or not it still stands.
    outcome = 'FORK'
  end
elseif ARGV[8] == 'H' then
  base, start = {seq, last, fingerprint}, '(' .. last
elseif ARGV[8] == 'N' then
  local newest = redis.call('XREVRANGE', KEYS[1], '+', ARGV[4], 'COUNT', ARGV[9])
  if #newest > 0 then
    start = newest[#newest][1]
  end
end

local entries = redis.call('XRANGE', KEYS[1], start, '+', 'COUNT', ARGV[5])
if not base then
  local oldest = entries[1]
  if oldest then
    local id, print = string.match(oldest[2][4], '(%d+-%d+)%.(%x+)')
    base = {string.format('%.0f', oldest[2][2] - 1), id, print}
  else
    base = {seq, last, fingerprint}
  end
end
return {outcome, epoch, base[1], base[2], base[3], seq, last, fingerprint, entries, absent}
