#!lua flags=allow-oom
-- Opens a shard for the Redis that runs this, which from then on may be written to.
-- KEYS    1 shard
-- ARGV    1 version  2 operation (genesis or open)  3 line  4 epoch  5 expected epoch  6 expected n
--         7 no reaping for so many ms
-- Returns {OK, epoch, n, now ms}
--   or one refusal, first match wins: VERSION, RANGE, CORRUPT, LOST_RACE (somebody else was here), FOREIGN (another line)
--@include numbers.lua

if ARGV[1] ~= '1' then
  return {'VERSION', '1'}
end
if not complete(1, 7) or ARGV[3] == '' then
  return {'RANGE', 'keys or names'}
end
local epoch, expected_epoch, expected_n, quiet = int(ARGV[4]), int(ARGV[5]), int(ARGV[6]), int(ARGV[7])
if not (epoch and expected_epoch and expected_n and quiet) or epoch < 1 or quiet < 0 then
  return {'RANGE', 'arguments'}
end
local meta = read('HMGET', KEYS[1], 'line', 'epoch', 'n')
if not meta then
  return {'CORRUPT', 'meta'}
end
local n = '0'
if ARGV[2] == 'genesis' then
  if meta[1] then
    return {'LOST_RACE', meta[2] or '', meta[3] or ''}
  end
elseif ARGV[2] == 'open' then
  if meta[1] ~= ARGV[3] then
    return {'FOREIGN', meta[1] or ''}
  end
  if int(meta[2] or '') ~= expected_epoch or int(meta[3] or '') ~= expected_n or epoch <= expected_epoch then
    return {'LOST_RACE', meta[2] or '', meta[3] or ''}
  end
  n = meta[3]
else
  return {'RANGE', 'operation'}
end
local time = call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local run = string.match(call('INFO', 'replication'), 'master_replid:(%w+)')

-- writes begin here
call('HSET', KEYS[1], 'line', ARGV[3], 'run', run, 'epoch', str(epoch), 'n', n, 'no_reap_ms', str(now_ms + quiet))
return {'OK', str(epoch), n, str(now_ms)}
