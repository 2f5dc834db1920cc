#!lua flags=allow-oom
-- Keeps how far a device has handled its channels and what it was sent, and notes that its session has ended if it has. A
-- session that is not the device's any more changes nothing.
-- KEYS  1 devices, see attach.lua
-- ARGV  1 device  2 connection id  3 '1': the session has ended  4 life in ms  5 most cursors
--       then for each channel: its name, the position or '-', '1' if the position may be before the one kept, epoch.seq of
--       the newest entry that the device was ever sent or ''
-- Reply 1, or 0 if a newer session has taken over
local known = redis.call('HGET', KEYS[1], ARGV[1])
local mailbox, connection, since, unknown, cursors = string.match(known or '', '^([^ ]+) ([^ ]+) (%d+)(%??)(.*)$')
if connection ~= ARGV[2] then
  return 0
end

-- A position is epoch.seq.ms-n.fingerprint.
local function place(position)
  local epoch, seq, ms = string.match(position, '^(%x+)%.(%d+)%.(%d+)')
  return epoch, tonumber(seq), tonumber(ms)
end

local channels, kept, sent = {}, {}, {}
for channel, position, newest in string.gmatch(cursors, '\n([^ ]+) ([^ \n]+) ?([^\n]*)') do
  channels[#channels + 1] = channel
  kept[channel], sent[channel] = position, newest
end
for i = 6, #ARGV, 4 do
  local channel, position, newest = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  if not kept[channel] then
    if position ~= '-' or newest ~= '' then
      channels[#channels + 1] = channel
    end
    kept[channel] = position
  elseif position ~= '-' then
    local epoch, seq = place(position)
    local keptEpoch, keptSeq = place(kept[channel])
    if epoch ~= keptEpoch or seq > keptSeq or ARGV[i + 2] == '1' then
      kept[channel] = position
    end
  end
  local epoch, seq = place(kept[channel])
  local sentEpoch, sentSeq = string.match(newest, '^(%x+)%.(%d+)$')
  if epoch and epoch == sentEpoch and tonumber(sentSeq) <= seq then
    newest = ''
  end
  sent[channel] = newest
end
while #channels > tonumber(ARGV[5]) do
  local oldest, oldestAt
  for i, channel in ipairs(channels) do
    local _, _, at = place(kept[channel])
    at = at or 0
    if not oldest or at < oldestAt then
      oldest, oldestAt = i, at
    end
  end
  table.remove(channels, oldest)
end

local entry = mailbox .. ' ' .. connection .. ' ' .. since .. unknown
if ARGV[3] == '1' then
  local time = redis.call('TIME')
  -- A session that had its channels has told of them all.
  unknown = #ARGV > 5 and '' or unknown
  entry = string.format('- - %.0f', time[1] * 1000 + math.floor(time[2] / 1000)) .. unknown
end
for _, channel in ipairs(channels) do
  local newest = sent[channel] == '' and '' or ' ' .. sent[channel]
  entry = entry .. '\n' .. channel .. ' ' .. kept[channel] .. newest
end
if entry == known then
  return 1
end
if ARGV[3] == '1' and #channels == 0 and unknown == '' then
  -- Nothing to come back to.
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 1
end
redis.call('HSET', KEYS[1], ARGV[1], entry)
-- Only when a tenth has passed: each refresh is written to the AOF and to every replica.
if redis.call('PTTL', KEYS[1]) < ARGV[4] * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
