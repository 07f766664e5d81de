#!lua flags=allow-oom
-- Moves money into or out of a wallet other than by an exchange, or opens the wallet.
-- KEYS    1 shard  2 wallet  3 ledger  4 record of the entry  5 grants of the wallet
--         of a refund that gives tokens back to a bundle, 6 its counter
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 entry  5 organisation  6 wallet  7 kind  8 signed amount
--         9 force (1 or 0)  10 currency  11 reference  12 actor
--         13 `id,expires ms,priority,amount;..`: the one of a grant, those that a refund goes back to; else empty
--         with a sixth key, 14 `start,tokens`: how many, and the window that they were taken in
-- Kinds   open (creates the wallet, amount 0), top_up, grant, refund (all positive; a refund of tokens may be of 0), adjust (either; below zero it takes
--         promotional money first), grant_expiry (amount 0; takes what is over and not held, if it is due; not kept by name)
-- Returns {OK, balance, seq, epoch, n, now ms}; DONE with the same, where it was booked before
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, CORRUPT, RANGE, CONFLICT, UNKNOWN, CUR, STATE state,
--      FUNDS balance held, GRANTS_FULL how many (a wallet has at most 16)
--@include numbers.lua
--@include shard.lua

local of_bundle = #KEYS > 5
if not complete(5, 13) or #KEYS > 6 or of_bundle and #ARGV ~= 14 or ARGV[4] == '' or ARGV[5] == '' or ARGV[6] == '' or ARGV[10] == '' or not flag(ARGV[9]) then
  return {'RANGE', 'keys or names'}
end
local amount, kind = int(ARGV[8]), ARGV[7]
if not amount then
  return {'RANGE', 'amount'}
end
local print = table.concat({ARGV[6], kind, ARGV[8], ARGV[10]}, ' ') .. (ARGV[13] ~= '' and ' ' .. ARGV[13] or '')
  .. (of_bundle and ' ' .. KEYS[6] .. ' ' .. ARGV[14] or '')
local known = read('HMGET', KEYS[4], 'fp', 'bal', 'seq', 'ep', 'n')
local wallet = read('HMGET', KEYS[2], 'bal', 'held', 'seq', 'cur', 'state', 'nexp')
if not (known and wallet) or read('XLEN', KEYS[3]) == nil then
  return {'CORRUPT', 'a key of another type'}
end
if known[1] then
  if known[1] ~= print then
    return {'CONFLICT', known[1]}
  end
  return {'DONE', known[2], known[3], known[4], known[5], str(now_ms)}
end

local balance, held, seq, vector, granted, returned = 0, 0, 0, {}, nil, nil
if kind == 'open' then
  if wallet[5] then
    return {'CONFLICT', 'wallet exists'}
  end
  if amount ~= 0 or ARGV[13] ~= '' or of_bundle then
    return {'RANGE', 'amount'}
  end
elseif kind == 'top_up' or kind == 'grant' or kind == 'refund' or kind == 'adjust' or kind == 'grant_expiry' then
  if not wallet[5] then
    return {'UNKNOWN'}
  end
  balance, held, seq = int(wallet[1] or ''), int(wallet[2] or ''), int(wallet[3] or '')
  if not (balance and held and seq) then
    return {'CORRUPT', 'wallet'}
  end
  if wallet[4] ~= ARGV[10] then
    return {'CUR', wallet[4]}
  end
  if wallet[5] == 'closed' and kind ~= 'grant_expiry' then
    return {'STATE', wallet[5]}
  end
  if (amount == 0 and not of_bundle) ~= (kind == 'grant_expiry') or (amount < 0 and kind ~= 'adjust') then
    return {'RANGE', 'amount'}
  end
  if amount < 0 and ARGV[9] ~= '1' and balance - held + amount < 0 then
    return {'FUNDS', str(balance), str(held)}
  end
  if wallet[6] or ARGV[13] ~= '' or kind == 'grant' or kind == 'grant_expiry' then
    --@include post_grants.lua
  end
  if of_bundle then
    --@include post_bundle.lua
  end
else
  return {'RANGE', 'kind'}
end
local after = balance + amount
if after > MOST or after < -MOST then
  return {'RANGE', 'balance'}
end
local short = after < 0 and amount < 0 and -after or 0

-- writes begin here
if kind == 'open' then
  call('HSET', KEYS[2], 'bal', '0', 'held', '0', 'seq', '0', 'open', '0', 'cur', ARGV[10], 'state', 'active', 'ver',
    '0')
end
call('HSET', KEYS[2], 'bal', str(after), 'seq', str(seq + 1))
call('HSET', KEYS[1], 'n', str(n + 1), 'hwm_ms', str(now_ms))
if granted then
  granted()
end
if returned then
  returned()
end
local entry = ARGV[4]
if kind == 'grant_expiry' then
  entry = kind .. ':' .. ARGV[6] .. ':' .. str(seq + 1)
else
  call('HSET', KEYS[4], 'st', 'FINAL', 'fp', print, 'bal', str(after), 'seq', str(seq + 1), 'ep', str(epoch), 'n',
    str(n + 1))
end
call('XADD', KEYS[3], '*', 'v', '1', 'e', entry, 'o', ARGV[5], 'w', ARGV[6], 'x', '', 'seq', str(seq + 1), 'n',
  str(n + 1), 'ep', str(epoch), 'kind', kind, 'amt', str(amount), 'bal', str(after), 'held', str(held), 'short',
  str(short), 'ms', str(now_ms), 'fp', print, 'est', '0', 'ref', ARGV[11], 'actor', ARGV[12],
  unpack(#vector > 0 and {'caps', table.concat(vector, ';')} or {}))
return {'OK', str(after), str(seq + 1), str(epoch), str(n + 1), str(now_ms)}
