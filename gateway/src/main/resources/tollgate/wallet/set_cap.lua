-- Resets or removes the counter of one cap and subject. Runs inside `set` and ends it.
local tag = string.match(KEYS[1], '^(.*:)m$')
local name = tag and string.sub(KEYS[3], 1, #tag + 2) == tag .. 'c:' and string.match(KEYS[3], '^[%w_]+:[%w_]+$', #tag + 3)
if not name or (what == 'cap_reset' and (ARGV[6] == '' or not complete(4, 6))) then
  return {'RANGE', 'key of the cap'}
end
local fields = read('HGETALL', KEYS[3])
if not fields or (what == 'cap_reset' and read('XLEN', KEYS[4]) == nil) then
  return {'CORRUPT', 'a key of another type'}
end
local known, spent, busy = {}, {}, false
for f = 1, #fields, 2 do
  local field, value = fields[f], fields[f + 1]
  known[field] = value
  if field == 's' or field == 'lvl' or string.find(field, '^%d+:s$') or string.find(field, '^b%d+$') then
    spent[#spent + 1] = field
  elseif (field == 'h' or string.find(field, '^%d+:h$')) and value ~= '0' then
    busy = true
  end
end
local stored, last_reset = int(known.v or '0'), int(known.rv or '0')
if not (stored and last_reset) then
  return {'CORRUPT', 'cap ' .. name}
end
if what == 'cap_removed' then
  -- writes begin here
  if #fields > 0 and busy then
    call('HSET', KEYS[3], 'gone', '1', 'v', str(math.max(stored, version)))
  elseif #fields > 0 then
    call('DEL', KEYS[3])
  end
  return {'OK', str(epoch), str(n), str(now_ms)}
end
if last_reset >= version or (known.mv and not known.v) then
  -- it is so, or the counter is in another shard by now, where it is told
  return {'OK', str(epoch), str(n), str(now_ms)}
end

-- writes begin here
for _, field in ipairs(spent) do
  if string.sub(field, 1, 1) == 'b' then
    call('HDEL', KEYS[3], field)
  else
    call('HSET', KEYS[3], field, '0')
  end
end
call('HSET', KEYS[3], 'v', str(math.max(stored, version)), 'rv', str(version), 'rn', str(n + 1))
call('HSET', KEYS[1], 'n', str(n + 1), 'hwm_ms', str(now_ms))
call('XADD', KEYS[4], '*', 'v', '1', 'e', 'cap_reset:' .. name .. ':' .. str(version), 'o', ARGV[6], 'w', name, 'x', '',
  'seq', str(version), 'n', str(n + 1), 'ep', str(epoch), 'kind', 'cap_reset', 'amt', '0', 'bal', '0', 'held', '0', 'short',
  '0', 'ms', str(now_ms), 'fp', '', 'est', '0', 'ref', '', 'actor', '', 'caps', name .. ',reset')
return {'OK', str(epoch), str(n + 1), str(now_ms)}
