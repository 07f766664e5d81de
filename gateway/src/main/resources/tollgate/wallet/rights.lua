-- Tries every command that scripts, drain, reaper and projection use, and says which are not allowed.
-- KEYS    1 a key that nothing is kept in; it is gone afterwards
-- Returns names of commands; none where all are allowed
local key = KEYS[1]
local missing = {}
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    table.insert(missing, (select(1, ...)))
  end
end
local function on_a_fresh_key()
  redis.pcall('DEL', key)
end

try('PING')
try('TIME')
try('INFO', 'replication')
try('DEL', key)
try('EXISTS', key)
try('SCAN', '0', 'COUNT', '1')
try('SET', key, '1')
try('GET', key)
try('EXPIRE', key, '60')
on_a_fresh_key()
try('HSET', key, 'a', '1')
try('HGET', key, 'a')
try('HMGET', key, 'a')
try('HGETALL', key)
try('HDEL', key, 'a')
on_a_fresh_key()
try('ZADD', key, '1', 'a')
try('ZSCORE', key, 'a')
try('ZRANGEBYSCORE', key, '0', '1')
try('ZSCAN', key, '0')
try('ZREM', key, 'a')
on_a_fresh_key()
try('XADD', key, '*', 'a', '1')
try('XLEN', key)
try('XRANGE', key, '-', '+')
try('XTRIM', key, 'MINID', '0')
on_a_fresh_key()
return missing
