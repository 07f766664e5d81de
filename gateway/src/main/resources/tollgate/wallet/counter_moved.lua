-- Makes a counter anew, with nothing spent: what follows is counted from the entry of this number on. Then `counter_moved`
-- adds what was spent in a window of the calendar, named by its start in ms (0: a lifetime), or in a ring's bucket, named by its
-- number, which is far less.
local function counter_made(key, version, reset, number, mv)
  call('DEL', key)
  call('HSET', key, 'v', str(version), 'rv', str(reset), 'rn', str(number - 1), 'mv', str(mv))
end
local function counter_moved(key, start, spent)
  if start == 0 or start > 100000000000 then
    call('HSET', key, str(start) .. ':s', str(spent), str(start) .. ':h', '0')
  else
    call('HSET', key, 'b' .. str(start % 61), str(spent), 's', str((int(call('HGET', key, 's') or '0') or 0) + spent), 'h', '0',
      'k', str(math.max(start, int(call('HGET', key, 'k') or '0') or 0)))
  end
end
