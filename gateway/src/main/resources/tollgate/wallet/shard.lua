-- The fence: nothing is written to a Redis that is not the one recovery has opened, or that has gone back in time.
-- Sets `meta`, `epoch`, `n`, `now_ms`, or returns the refusal VERSION, CORRUPT, FENCED, RANGE or BEHIND.
if ARGV[1] ~= '1' then
  return {'VERSION', '1'}
end
local meta = read('HMGET', KEYS[1], 'run', 'epoch', 'n', 'hwm_ms', 'no_reap_ms', 'reinstating_ms')
if not meta then
  return {'CORRUPT', 'meta'}
end
if not meta[1] or not find(call('INFO', 'replication'), 'master_replid:' .. meta[1] .. '\r', 1, true) then
  return {'FENCED'}
end
local epoch, n, n_seen, gw_ms = int(meta[2]), int(meta[3]), int(ARGV[2]), int(ARGV[3])
local hwm_ms, no_reap_ms, reinstating_ms = int(meta[4] or '0'), int(meta[5] or '0'), int(meta[6] or '0')
if not (n_seen and gw_ms) or n_seen < 0 or gw_ms < 0 then
  return {'RANGE', 'arguments'}
end
if not (epoch and n and hwm_ms and no_reap_ms and reinstating_ms) then
  return {'CORRUPT', 'meta'}
end
if n < n_seen then
  return {'BEHIND', str(n)}
end

-- Redis's clock, never going back; a jump of 10 minutes is believed only where the gateway's clock agrees.
local time = call('TIME')
local now_ms = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local clock_good = true
if hwm_ms > 0 and now_ms > hwm_ms + 600000 and math.abs(now_ms - gw_ms) > 300000 then
  clock_good = false
  now_ms = hwm_ms
end
if now_ms < hwm_ms then
  now_ms = hwm_ms
end
-- A script that writes keeps the time it wrote at.
local function clock_kept()
  if now_ms > hwm_ms then
    call('HSET', KEYS[1], 'hwm_ms', str(now_ms))
  end
end
