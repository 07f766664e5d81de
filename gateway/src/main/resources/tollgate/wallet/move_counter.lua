-- A counter goes or comes. Runs inside `move` and ends it.
--@include counter_moved.lua
local name, who = ARGV[7], 'mv:' .. ARGV[5] .. ':' .. ARGV[7]
if not string.match(name, '^[%w_]+:[%w_]+$') then
  return {'RANGE', 'keys or names'}
end
local fields = read('HGETALL', KEYS[2])
if not fields then
  return {'CORRUPT', 'cap ' .. name}
end
local known = {}
for f = 1, #fields, 2 do
  known[fields[f]] = fields[f + 1]
end
local reset, moved, newest, version = int(known.rv or '0'), int(known.mv or '0'), int(known.k or '0'), int(known.v or '0')
if not (reset and moved and newest and version) then
  return {'CORRUPT', 'cap ' .. name}
end
if moved > move then
  return {'STALE', str(moved)}
end
local vector = {}
if what == 'counter_out' then
  if not known.v then
    return {'OK', '1', str(epoch), str(n), str(now_ms)}
  end
  vector[1] = table.concat({name, 'v', str(reset), str(math.max(reset, version))}, ',')
  if known.k then
    vector[2] = name .. ',k,' .. str(newest)
  end
  for field, value in pairs(known) do
    local start, part = string.match(field, '^(%d+):([sh])$')
    local slot = string.match(field, '^b(%d+)$')
    local amount = (start or slot or field == 'h') and int(value) or 0
    if not amount or amount < 0 then
      return {'CORRUPT', 'cap ' .. name}
    end
    if (part == 'h' or field == 'h') and amount > 0 then
      return {'HELD', str(amount)}
    end
    if slot then
      start, part = str(newest - (newest - tonumber(slot)) % 61), 's'
    end
    if part == 's' and amount > 0 then
      vector[#vector + 1] = table.concat({name, 'm', start, str(-amount)}, ',')
    end
  end
  if known.lvl then
    vector[#vector + 1] = name .. ',rate,' .. known.lvl .. '/' .. (known.at or '0')
  end

  -- writes begin here
  call('DEL', KEYS[2])
  call('HSET', KEYS[2], 'mv', str(move))
  return booked(who, 'counter_out', 'out', 1, 0, 0, vector)
end

if moved == move and known.v then
  return {'OK', '2', str(epoch), str(n), str(now_ms)}
end
local last_reset, windows, level, at, ring = nil, {}, nil, nil, nil
for part in string.gmatch(ARGV[8] .. ';', '([^;]*);') do
  local counter, unit, rest = string.match(part, '^([%w_]+:[%w_]+),(%l+),(.*)$')
  if counter ~= name then
    return {'RANGE', 'what moves'}
  end
  if unit == 'v' then
    local reset_by, version_of = string.match(rest, '^(%d+),(%d+)$')
    last_reset, version = int(reset_by), int(version_of)
    if not (last_reset and version) or version < last_reset then
      return {'RANGE', 'what moves'}
    end
    vector[#vector + 1] = part
  elseif unit == 'k' then
    ring = int(rest)
    if not ring or ring < 0 then
      return {'RANGE', 'what moves'}
    end
    vector[#vector + 1] = part
  elseif unit == 'm' then
    local start, spent = string.match(rest, '^(%d+),%-(%d+)$')
    start, spent = int(start), int(spent)
    if not (start and spent) or spent < 1 then
      return {'RANGE', 'what moves'}
    end
    windows[#windows + 1] = {start = start, spent = spent}
    vector[#vector + 1] = table.concat({name, 'm', str(start), str(spent)}, ',')
  elseif unit == 'rate' then
    level, at = string.match(rest, '^(%d+)/(%d+)$')
    if not (int(level) and int(at)) then
      return {'RANGE', 'what moves'}
    end
    vector[#vector + 1] = part
  else
    return {'RANGE', 'what moves'}
  end
end
if not last_reset then
  return {'RANGE', 'what moves'}
end
if reset > last_reset then
  -- it was reset here since it left: that stands
  return {'OK', '2', str(epoch), str(n), str(now_ms)}
end

-- writes begin here
counter_made(KEYS[2], version, last_reset, n + 1, move)
for _, window in ipairs(windows) do
  counter_moved(KEYS[2], window.start, window.spent)
end
if ring then
  call('HSET', KEYS[2], 'k', str(ring), 's', call('HGET', KEYS[2], 's') or '0', 'h', '0')
end
if level then
  call('HSET', KEYS[2], 'lvl', level, 'at', at)
end
return booked(who, 'counter_in', 'in', 2, 0, 0, vector)
