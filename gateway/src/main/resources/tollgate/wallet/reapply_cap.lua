-- Moves a cap's counter again as the entry says. Nothing is refused any more.
-- A calendar's window is named by its start in ms, or 0 for a lifetime; a ring's bucket by its number, which is far less.
local key, first, start, moved = KEYS[5 + i], ARGV[20 + 2 * i], int(ARGV[20 + 2 * i]), int(ARGV[21 + 2 * i])
if not call('HGET', key, 'v') then
  call('HSET', key, 'v', '0', 'rv', '0', 'rn', '0')
end
local function added(field)
  call('HSET', key, field, str(math.max(0, math.min(MOST, (int(call('HGET', key, field) or '0') or 0) + moved))))
end
if start == 0 or start > 100000000000 then
  if not call('HGET', key, first .. ':h') then
    call('HSET', key, first .. ':h', '0')
  end
  added(first .. ':s')
else
  local newest = int(call('HGET', key, 'k') or '') or start
  if start > newest then
    local spent = int(call('HGET', key, 's') or '0') or 0
    for bucket = newest - 60, math.min(newest, start - 61) do
      local field = 'b' .. str(bucket % 61)
      spent = spent - (int(call('HGET', key, field) or '0') or 0)
      call('HDEL', key, field)
    end
    call('HSET', key, 's', str(math.max(0, spent)))
    newest = start
  end
  call('HSET', key, 'k', str(newest))
  if start >= newest - 60 then
    added('b' .. str(start % 61))
    added('s')
  end
end
