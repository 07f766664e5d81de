#!lua flags=allow-oom
-- Sets a wallet's state, or the organisation's policy number, or resets or removes a cap's counter; a newer version wins.
-- Or sets the mark of a request's name again that a lost memory took along.
-- KEYS    1 shard  2 organisation  3 wallet, or the cap's counter, or the mark  4 ledger (cap_reset)
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 what (state, pol, cap_reset, cap_removed or mark)
--         5 version of the value (mark: its life in ms)  6 value (cap_reset: organisation; mark: exchange)  7 print (mark)
-- A reset forgets what was spent and keeps what is held, and is an entry of the ledger: a counter is the sum of the
-- entries after it. A removed cap's counter goes once nothing is held.
-- Returns {OK, epoch, n, now ms}
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, CORRUPT, RANGE, UNKNOWN, STALE current version
-- Replays of the same version write nothing. A wallet set active begins to count its overruns anew.
--@include numbers.lua
--@include shard.lua

if not complete(3, 6) then
  return {'RANGE', 'keys'}
end
local version = int(ARGV[5])
if not version or version < 0 then
  return {'RANGE', 'version'}
end
local key, field, what = KEYS[2], 'pol', ARGV[4]
if what == 'mark' then
  --@include set_mark.lua
end
if what == 'cap_reset' or what == 'cap_removed' then
  --@include set_cap.lua
end
if what == 'state' then
  key, field = KEYS[3], 'ver'
  local state = read('HGET', key, 'state')
  if state == nil then
    return {'CORRUPT', 'wallet'}
  end
  if not state then
    return {'UNKNOWN'}
  end
  if ARGV[6] ~= 'active' and ARGV[6] ~= 'frozen' and ARGV[6] ~= 'closed' then
    return {'RANGE', 'state'}
  end
elseif what ~= 'pol' then
  return {'RANGE', 'what'}
end
local stored = read('HGET', key, field)
local current = stored ~= nil and int(stored or '0')
if not current then
  return {'CORRUPT', what}
end
if version < current then
  return {'STALE', str(current)}
end

-- writes begin here
if version > current then
  call('HSET', key, field, str(version))
  if what == 'state' then
    call('HSET', key, 'state', ARGV[6])
    if ARGV[6] == 'active' and version > (int(call('HGET', key, 'over_ver') or '0') or 0) then
      -- overruns under this very version are those of a wallet that was booked again since
      call('HDEL', key, 'over')
    end
  end
end
return {'OK', str(epoch), str(n), str(now_ms)}
