-- A wallet goes or comes. Runs inside `move` and ends it.
--@include grants.lua
local wallet = read('HMGET', KEYS[2], 'bal', 'held', 'seq', 'open', 'state', 'over', 'over_ver', 'mv')
local fields = read('HGETALL', KEYS[4])
local list = fields and grants_of(fields)
local seq, amount = int(ARGV[8]), int(ARGV[9])
if not grants_key(KEYS[4], KEYS[2]) or not (seq and amount) or seq < 1 then
  return {'RANGE', 'arguments'}
end
for i = 5, #KEYS do
  if string.sub(KEYS[i], 1, #tag + 2) ~= tag .. 'x:' then
    return {'RANGE', 'keys or names'}
  end
  if read('HGET', KEYS[i], 'st') == nil then
    return {'CORRUPT', 'a key of another type'}
  end
end
local moved, last = wallet and int(wallet[8] or '0'), wallet and int(wallet[3] or '0')
if not (moved and last and list) then
  return {'CORRUPT', 'wallet'}
end
if moved > move then
  return {'STALE', str(moved)}
end
local vector = {}
if what == 'wallet_out' then
  if not wallet[5] then
    return moved == move and {'OK', str(last), str(epoch), str(n), str(now_ms)} or {'UNKNOWN'}
  end
  local balance, held, open = int(wallet[1] or ''), int(wallet[2] or ''), int(wallet[4] or '')
  local over, over_version = int(wallet[6] or '0'), int(wallet[7] or '0')
  if not (balance and held and open and over and over_version) then
    return {'CORRUPT', 'wallet'}
  end
  if moved == move or last ~= seq or balance ~= amount then
    return {'STALE', str(last)}
  end
  if held ~= 0 or open ~= 0 then
    return {'HELD', str(open)}
  end
  for i, grant in ipairs(list) do
    vector[i] = grant_moved(grant, -grant.rest)
  end
  if over > 0 then
    vector[#vector + 1] = table.concat({'over', 'v', str(over_version), str(over)}, ',')
  end

  -- writes begin here
  call('DEL', KEYS[2], KEYS[4])
  for i = 5, #KEYS do
    call('DEL', KEYS[i])
  end
  call('HSET', KEYS[2], 'seq', str(seq + 1), 'mv', str(move))
  return booked(ARGV[7], 'move_out', 'out', seq + 1, -balance, 0, vector)
end

local version = int(ARGV[12])
if not version or version < 0 or ARGV[10] == '' or (ARGV[11] ~= 'active' and ARGV[11] ~= 'frozen' and ARGV[11] ~= 'closed') then
  return {'RANGE', 'arguments'}
end
if wallet[5] then
  return moved == move and {'OK', str(seq + 1), str(epoch), str(n), str(now_ms)} or {'STALE', str(last)}
end
if last >= seq then
  return {'STALE', str(last)}
end
local over, over_version, due_ms = 0, 0, 0
list = {}
for part in string.gmatch(ARGV[13] == '' and '' or ARGV[13] .. ';', '([^;]*);') do
  local id, expires, rest, priority = string.match(part, '^([%w_]+),g,(%d+),%-(%d+),(%d+)$')
  local over_part = {string.match(part, '^over,v,(%d+),(%d+)$')}
  if id then
    local grant = {id = id, expires = int(expires), priority = int(priority), rest = int(rest)}
    if not (grant.expires and grant.priority and grant.rest) or grant.rest < 1 or #list > 1000 then
      return {'RANGE', 'grants'}
    end
    given(list, grant, grant.rest)
    due_ms = sooner(due_ms, grant.expires)
    vector[#vector + 1] = grant_moved(grant, grant.rest)
  else
    over_version, over = int(over_part[1] or ''), int(over_part[2] or '')
    if not (over_version and over) or over < 1 then
      return {'RANGE', 'what moves'}
    end
    vector[#vector + 1] = part
  end
end

-- writes begin here
call('DEL', KEYS[2])
call('HSET', KEYS[2], 'bal', str(amount), 'held', '0', 'seq', str(seq + 1), 'open', '0', 'cur', ARGV[10], 'state', ARGV[11],
  'ver', str(version), 'mv', str(move))
-- also where none is left: a correction may give back to one that it had
grants_kept(KEYS[4], KEYS[2], list, due_ms)
if over > 0 then
  call('HSET', KEYS[2], 'over', str(over), 'over_ver', str(over_version))
end
return booked(ARGV[7], 'move_in', 'in', seq + 1, amount, amount, vector)
