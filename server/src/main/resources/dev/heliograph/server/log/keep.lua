#!lua flags=allow-oom
-- Keeps how far a device has handled its channels, and notes that its session has ended if it has. A session that is not
-- the device's any more changes nothing.
-- KEYS  1 devices, see attach.lua
-- ARGV  1 device  2 connection id  3 '1': the session has ended  4 life in ms  5 most cursors
--       then for each channel: its name, the position, '1' if the position may be before the one kept
-- Reply 1, or 0 if a newer session has taken over
local known = redis.call('HGET', KEYS[1], ARGV[1])
local mailbox, connection, since, cursors = string.match(known or '', '^([^ ]+) ([^ ]+) (%d+)(.*)$')
if connection ~= ARGV[2] then
  return 0
end

-- A position is epoch.seq.ms-n.fingerprint.
local function place(position)
  local epoch, seq, ms = string.match(position, '^(%x+)%.(%d+)%.(%d+)')
  return epoch, tonumber(seq), tonumber(ms)
end

local channels, kept = {}, {}
for channel, position in string.gmatch(cursors, '\n([^ ]+) ([^\n]+)') do
  channels[#channels + 1] = channel
  kept[channel] = position
end
for i = 6, #ARGV, 3 do
  local channel, position = ARGV[i], ARGV[i + 1]
  if not kept[channel] then
    channels[#channels + 1] = channel
    kept[channel] = position
  else
    local epoch, seq = place(position)
    local keptEpoch, keptSeq = place(kept[channel])
    if epoch ~= keptEpoch or seq > keptSeq or ARGV[i + 2] == '1' then
      kept[channel] = position
    end
  end
end
while #channels > tonumber(ARGV[5]) do
  local oldest, oldestAt
  for i, channel in ipairs(channels) do
    local _, _, at = place(kept[channel])
    if not oldest or at < oldestAt then
      oldest, oldestAt = i, at
    end
  end
  table.remove(channels, oldest)
end

local entry = mailbox .. ' ' .. connection .. ' ' .. since
if ARGV[3] == '1' then
  local time = redis.call('TIME')
  entry = string.format('- - %.0f', time[1] * 1000 + math.floor(time[2] / 1000))
end
for _, channel in ipairs(channels) do
  entry = entry .. '\n' .. channel .. ' ' .. kept[channel]
end
if entry == known then
  return 1
end
if ARGV[3] == '1' and #channels == 0 then
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
