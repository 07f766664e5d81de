#!lua flags=allow-oom
-- Books an entry again that SQL has and this Redis lost, under the numbers it has there. Only while the shard is closed.
-- KEYS    1 shard  2 wallet, or the counter of a cap (cap_reset, counter_out, counter_in)  3 record of the exchange or posting  4 hold expiries
--         5 grants of the wallet  6.. counters of caps: those that the entry moved, then those that held the exchange as far as they
--         are known; last of all the mark of its request, where that had a name
-- ARGV    1 version  2 line  3 epoch  4 n  5 entry  6 organisation  7 wallet  8 exchange (empty: none)  9 kind  10 amount
--         11 balance after it  12 seq  13 fingerprint  14 currency  15 shortfall  16 epoch of the entry
--         17 what was taken for the exchange up to this entry and with it  18 keep a record (1 or 0)
--         19 `id,expires ms,priority,moved;..` of the grants that the entry moved  20 `id,expires ms,priority,amount;..` of what
--         its exchange took from grants up to this entry and with it
--         21 `version of the wallet's state,overruns since` where the entry changed that, of a counter that moves `version of its
--         last reset,version`, else empty
--         then for each counter that the entry moved: start, moved; with a mark, last: print, ms that it is still to live
-- Returns {OK, 1 where the balance is another than the entry says, else 0}: then the wallet freezes, a person has to look
--   or one refusal, first match wins: VERSION, RANGE, CORRUPT, OPEN (the shard is written to), FOREIGN line,
--      GAP n, FORK seq, CAPS what they hold (ask again with these keys too)
-- Replays are refused as GAP: the next number is another. No line is added to the stream: SQL has it.
--@include numbers.lua

if ARGV[1] ~= '1' then
  return {'VERSION', '1'}
end
if not complete(5, 21) or ARGV[5] == '' or ARGV[7] == '' or ARGV[9] == '' or not flag(ARGV[18]) then
  return {'RANGE', 'keys or names'}
end
local epoch, number, amount, balance_after = int(ARGV[3]), int(ARGV[4]), int(ARGV[10]), int(ARGV[11])
local seq, short, entry_epoch, taken = int(ARGV[12]), int(ARGV[15]), int(ARGV[16]), int(ARGV[17])
local kind, exchange, tag = ARGV[9], ARGV[8], string.match(KEYS[1], '^(.*:)m$')
local marked, last_key, last_argument = find(KEYS[#KEYS], '}:i:', 1, true) ~= nil, #KEYS, #ARGV
if marked then
  last_key, last_argument = #KEYS - 1, #ARGV - 2
end
if not (epoch and number and amount and balance_after and seq and short and entry_epoch and taken and tag)
    or epoch < 1 or number < 1 or seq < 1 or short < 0 or entry_epoch < 0 or ARGV[2] == '' or last_argument % 2 ~= 1
    or last_argument < 21 or last_key < 5 + (last_argument - 21) / 2
    or marked and ((int(ARGV[#ARGV]) or 0) < 1 or ARGV[#ARGV - 1] == '') then
  return {'RANGE', 'arguments'}
end
local meta = read('HMGET', KEYS[1], 'line', 'run', 'n')
local known = read('HMGET', KEYS[3], 'st', 'amt', 'caps')
if not (meta and known) or read('ZSCORE', KEYS[4], exchange) == nil
    or marked and read('HGET', KEYS[#KEYS], 'x') == nil then
  return {'CORRUPT', 'a key of another type'}
end
if meta[2] and meta[2] == string.match(call('INFO', 'replication'), 'master_replid:(%w+)') then
  return {'OPEN'}
end
if meta[1] and meta[1] ~= ARGV[2] then
  return {'FOREIGN', meta[1]}
end
local n = int(meta[3] or '0')
if not n then
  return {'CORRUPT', 'meta'}
end
if number ~= n + 1 then
  return {'GAP', str(n)}
end

local differs = '0'
if kind == 'cap_reset' then
  local fields = read('HGETALL', KEYS[2])
  if not fields then
    return {'CORRUPT', 'cap'}
  end
  -- writes begin here
  for f = 1, #fields, 2 do
    if fields[f] == 's' or fields[f] == 'lvl' or string.find(fields[f], '^%d+:s$') or string.find(fields[f], '^b%d+$') then
      call('HSET', KEYS[2], fields[f], '0')
    end
  end
  call('HSET', KEYS[2], 'v', str(seq), 'rv', str(seq), 'rn', str(number))
  call('HSET', KEYS[1], 'line', ARGV[2], 'epoch', str(epoch), 'n', str(number))
  return {'OK', differs}
end

local moving_in, moved_by = kind == 'move_in', nil
if moving_in or kind == 'move_out' or kind == 'counter_out' or kind == 'counter_in' then
  --@include reapply_move.lua
  moved_by = number_of_move
end
local wallet = read('HMGET', KEYS[2], 'bal', 'held', 'seq', 'open', 'state')
if not wallet then
  return {'CORRUPT', 'wallet'}
end
if (kind == 'open' or moving_in) == not not wallet[5] then
  return {'FORK', wallet[3] or '0'}
end
local balance, held = int(wallet[1] or '0'), int(wallet[2] or '0')
local last, open = int(wallet[3] or '0'), int(wallet[4] or '0')
if not (balance and held and last and open) then
  return {'CORRUPT', 'wallet'}
end
-- one that comes from another shard goes on with its numbers
if seq ~= last + 1 and not (moving_in and seq > last) then
  return {'FORK', str(last)}
end
local set_aside, was_open = 0, exchange ~= '' and known[1] == 'OPEN'
if was_open then
  set_aside = int(known[2] or '')
  if not set_aside or held < set_aside or open < 1 then
    return {'CORRUPT', 'exchange'}
  end
end
local freed = {}
local moves = (last_argument - 21) / 2
for name, unit, start, part in string.gmatch(was_open and known[3] or '', '([^,;]+),(%a),%d+,(%d+),(%d+)') do
  local found = false
  for i = 6, last_key do
    found = found or KEYS[i] == tag .. 'c:' .. name
  end
  if not found then
    return {'CAPS', known[3]}
  end
  freed[#freed + 1] = {key = tag .. 'c:' .. name, start = start, part = unit ~= 'y' and int(part) or 0}
end
for i = 6, last_key do
  if not read('HGET', KEYS[i], 'v') and not read('HGET', KEYS[i], 'mv') and read('EXISTS', KEYS[i]) == 1 then
    return {'CORRUPT', 'cap'}
  end
end
for i = 1, moves do
  if not (int(ARGV[20 + 2 * i]) and int(ARGV[21 + 2 * i])) then
    return {'RANGE', 'moves'}
  end
end
if balance + amount ~= balance_after then
  differs = '1'
end
local over_version, over = string.match(ARGV[21], '^(%d+),(%d+)$')
if ARGV[21] ~= '' and not (int(over_version or '') and int(over or '')) then
  return {'RANGE', 'overruns'}
end
local granted
if ARGV[19] ~= '' then
  --@include reapply_grants.lua
end

-- writes begin here
if kind == 'open' or moving_in then
  call('DEL', KEYS[2])
  call('HSET', KEYS[2], 'held', '0', 'open', '0', 'cur', ARGV[14], 'state', 'active', 'ver', '0')
  if moving_in then
    call('HSET', KEYS[2], 'mv', str(moved_by), 'nexp', '0')
  end
elseif differs == '1' then
  call('HSET', KEYS[2], 'state', 'frozen')
end
call('HSET', KEYS[2], 'bal', str(balance_after), 'seq', str(seq), 'held', str(held - set_aside), 'open',
  str(was_open and open - 1 or open))
if granted then
  granted()
end
if over then
  call('HSET', KEYS[2], 'over', over, 'over_ver', over_version)
end
if call('HEXISTS', KEYS[2], 'pms') == 1 then
  -- holds end here that pin what is over: it is looked at again
  call('HDEL', KEYS[2], 'pms', 'pfree')
  call('HSET', KEYS[2], 'nexp', '1')
end
local part = was_open and int(call('HGET', KEYS[3], 'risk') or '0')
if part and part > 0 then
  call('HSET', KEYS[2], 'risk', str(math.max(0, (int(call('HGET', KEYS[2], 'risk') or '0') or 0) - part)))
end
if exchange ~= '' and (known[1] or ARGV[18] == '1') then
  call('ZREM', KEYS[4], exchange)
  if ARGV[20] ~= '' then
    call('HSET', KEYS[3], 'gb', ARGV[20])
  else
    call('HDEL', KEYS[3], 'gb')
  end
  call('HSET', KEYS[3], 'st', kind == 'expiry' and 'EXPIRED' or 'FINAL', 'o', ARGV[6], 'w', ARGV[7], 'cap', str(taken),
    'fp', ARGV[13], 'delta', str(amount), 'bal', str(balance_after), 'seq', str(seq), 'short', str(short), 'ep',
    str(entry_epoch), 'n', str(number))
  if not known[2] then
    call('HSET', KEYS[3], 'amt', str(taken))
  end
  if kind ~= 'expiry' then
    call('EXPIRE', KEYS[3], '3600')
  end
elseif exchange == '' and ARGV[18] == '1' then
  call('HSET', KEYS[3], 'st', 'FINAL', 'fp', ARGV[13], 'bal', str(balance_after), 'seq', str(seq), 'ep',
    str(entry_epoch), 'n', str(number))
  call('EXPIRE', KEYS[3], '3600')
end
if marked then
  call('HSET', KEYS[#KEYS], 'x', exchange, 'h', ARGV[#ARGV - 1])
  call('EXPIRE', KEYS[#KEYS], str(math.ceil(int(ARGV[#ARGV]) / 1000)))
end
for _, cap in ipairs(freed) do
  local calendar = call('HGET', cap.key, cap.start .. ':h')
  local field = calendar and cap.start .. ':h' or 'h'
  call('HSET', cap.key, field, str(math.max(0, (int(calendar or call('HGET', cap.key, 'h') or '0') or 0) - cap.part)))
end
for i = 1, moves do
  --@include reapply_cap.lua
end
call('HSET', KEYS[1], 'line', ARGV[2], 'epoch', str(epoch), 'n', str(number))
return {'OK', differs}
