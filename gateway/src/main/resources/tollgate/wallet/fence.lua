#!lua flags=allow-oom
-- Opens a shard for the Redis that runs this, which from then on may be written to; or closes it.
-- KEYS    1 shard
-- ARGV    1 version  2 operation (genesis, open, window: all holds are placed again, or close: entries
--         are to be booked again)  3 line  4 epoch  5 expected epoch  6 expected n
--         7 no reaping for so many ms  8 nothing but holds of open exchanges is placed for so many ms
-- Returns {OK, epoch, n, now ms}
--   or one refusal, first match wins: VERSION, RANGE, CORRUPT, LOST_RACE (somebody else was here), FOREIGN (another line)
--@include numbers.lua

if ARGV[1] ~= '1' then
  return {'VERSION', '1'}
end
if not complete(1, 8) or ARGV[3] == '' then
  return {'RANGE', 'keys or names'}
end
local epoch, expected_epoch, expected_n, quiet = int(ARGV[4]), int(ARGV[5]), int(ARGV[6]), int(ARGV[7])
local reinstating = int(ARGV[8])
if not (epoch and expected_epoch and expected_n and quiet and reinstating) or epoch < 1 or expected_epoch < 0
    or expected_n < 0 or quiet < 0 or reinstating < 0 then
  return {'RANGE', 'arguments'}
end
local run = string.match(call('INFO', 'replication'), 'master_replid:(%w+)')
local meta = read('HMGET', KEYS[1], 'line', 'epoch', 'n', 'run')
if not meta then
  return {'CORRUPT', 'meta'}
end
local n = '0'
if ARGV[2] == 'genesis' then
  if meta[1] then
    return {'LOST_RACE', meta[2] or '', meta[3] or ''}
  end
elseif ARGV[2] == 'open' or ARGV[2] == 'window' or ARGV[2] == 'close' then
  if meta[1] ~= ARGV[3] then
    return {'FOREIGN', meta[1] or ''}
  end
  if ARGV[2] == 'window' then
    if int(meta[2] or '') ~= epoch or meta[4] ~= run then
      return {'LOST_RACE', meta[2] or '', meta[3] or ''}
    end
  elseif int(meta[2] or '') ~= expected_epoch or int(meta[3] or '') ~= expected_n or epoch <= expected_epoch then
    return {'LOST_RACE', meta[2] or '', meta[3] or ''}
  end
  n = meta[3]
else
  return {'RANGE', 'operation'}
end
local time = call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- writes begin here
if ARGV[2] == 'window' then
  call('HSET', KEYS[1], 'reinstating_ms', '0')
  return {'OK', str(epoch), n, str(now_ms)}
end
if ARGV[2] == 'close' then
  call('HDEL', KEYS[1], 'run')
  return {'OK', str(expected_epoch), n, str(now_ms)}
end
call('HSET', KEYS[1], 'line', ARGV[3], 'run', run, 'epoch', str(epoch), 'n', n, 'no_reap_ms', str(now_ms + quiet),
  'reinstating_ms', reinstating > 0 and str(now_ms + reinstating) or '0')
return {'OK', str(epoch), n, str(now_ms)}
