#!lua flags=allow-oom
-- Makes a session the only one of its device; the session before it is told through its gateway's mailbox.
-- KEYS  1 devices: device -> "mailbox connection since", or "- - away since", each in ms, then a line
--         "channel position" for each cursor; @ is the user's inbox
-- ARGV  1 device  2 mailbox  3 connection id  4 connected at, ms  5 most devices  6 life in ms  7 mailbox key prefix
--       8 most entries of a mailbox  9 '1': only if no newer session took over meanwhile
-- Reply 1, or 0 if a newer session has taken over
local function parts(entry)
  return string.match(entry, '^([^ ]+) ([^ ]+) (%d+)(.*)$')
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local mailbox, connection, since, cursors = parts(redis.call('HGET', KEYS[1], ARGV[1]) or '')
local kept = ''
if mailbox then
  if mailbox ~= '-' and connection ~= ARGV[3] then
    if ARGV[9] == '1' and tonumber(since) >= tonumber(ARGV[4]) then
      return 0
    end
    -- Protected, as all writes to mailboxes: what is wrong with one must not end the script half-way.
    redis.pcall('XADD', ARGV[7] .. mailbox, 'NOMKSTREAM', 'MAXLEN', '~', ARGV[8], '*', 'x', connection)
  end
  if mailbox ~= '-' or now - since < tonumber(ARGV[6]) then
    kept = cursors
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4] .. kept)
redis.call('PEXPIRE', KEYS[1], ARGV[6])

if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[5]) then
  -- One that is away makes room before one that is connected; of each kind, the one that has been so longest.
  local oldest, oldestAt, oldestAway
  local devices = redis.call('HGETALL', KEYS[1])
  for i = 1, #devices, 2 do
    if devices[i] ~= ARGV[1] then
      local its, _, at = parts(devices[i + 1])
      -- The mailbox is gone: so is its gateway, without having said goodbye.
      local away = its == '-' or redis.call('EXISTS', ARGV[7] .. (its or '')) == 0
      at = tonumber(at or 0)
      if not oldest or (away and not oldestAway) or (away == oldestAway and at < oldestAt) then
        oldest, oldestAt, oldestAway = devices[i], at, away
      end
    end
  end
  redis.call('HDEL', KEYS[1], oldest)
end
return 1
