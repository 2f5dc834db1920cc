#!lua flags=allow-oom
-- Drops the interest of a mailbox that is gone. Both keys are declared, so that Redis Cluster asks where they really are.
-- KEYS  1 state  2 mailbox
-- ARGV  1 mailbox' name
-- Reply {1} if it was dropped, else {0}
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {0}
end
return {redis.call('HDEL', KEYS[1], '@' .. ARGV[1])}
