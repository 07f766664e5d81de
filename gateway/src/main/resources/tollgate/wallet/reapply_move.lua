-- One half of an organisation's move again. Runs inside `reapply`: ends what a counter's entry and a wallet's `move_out` do; what
-- comes in goes on as an opening does.
--@include counter_moved.lua
local number_of_move = int(string.match(ARGV[5], '^mv:(%d+):') or '')
if not number_of_move then
  return {'RANGE', 'move'}
end
if kind == 'counter_out' or kind == 'counter_in' then
  local reset_by, version_of = string.match(ARGV[21], '^(%d+),(%d+)$')
  local last_reset, version, windows = int(reset_by), int(version_of), (last_argument - 21) / 2
  if not (last_reset and version) then
    return {'RANGE', 'version'}
  end
  if read('HGET', KEYS[2], 'v') == nil then
    return {'CORRUPT', 'cap'}
  end
  if last_key ~= 5 + windows then
    return {'RANGE', 'moves'}
  end
  for i = 22, last_argument do
    if not int(ARGV[i]) then
      return {'RANGE', 'moves'}
    end
  end
  -- writes begin here
  call('DEL', KEYS[2])
  if kind == 'counter_out' then
    call('HSET', KEYS[2], 'mv', str(number_of_move))
  else
    counter_made(KEYS[2], version, last_reset, number, number_of_move)
    for i = 1, windows do
      counter_moved(KEYS[2], int(ARGV[20 + 2 * i]), int(ARGV[21 + 2 * i]))
    end
  end
  call('HSET', KEYS[1], 'line', ARGV[2], 'epoch', str(epoch), 'n', str(number))
  return {'OK', '0'}
end
if read('HGET', KEYS[5], '1') == nil then
  return {'CORRUPT', 'grants'}
end
if kind == 'move_out' then
  local wallet = read('HMGET', KEYS[2], 'bal', 'seq', 'state')
  local balance, last = wallet and int(wallet[1] or ''), wallet and int(wallet[2] or '0')
  if not wallet or not last then
    return {'CORRUPT', 'wallet'}
  end
  for i = 6, last_key do
    if read('HGET', KEYS[i], 'st') == nil then
      return {'CORRUPT', 'a key of another type'}
    end
  end
  if not wallet[3] or seq ~= last + 1 then
    return {'FORK', str(last)}
  end
  -- writes begin here
  call('DEL', KEYS[2], KEYS[5])
  for i = 6, last_key do
    call('DEL', KEYS[i])
  end
  call('HSET', KEYS[2], 'seq', str(seq), 'mv', str(number_of_move))
  call('HSET', KEYS[1], 'line', ARGV[2], 'epoch', str(epoch), 'n', str(number))
  return {'OK', balance == -amount and '0' or '1'}
end
