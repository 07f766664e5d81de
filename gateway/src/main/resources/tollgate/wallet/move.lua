#!lua flags=allow-oom
-- Takes a wallet, or the counter of a cap or bundle, out of this shard or into it: one half of its organisation's move.
-- KEYS    1 shard  2 wallet or counter  3 ledger  4 grants of the wallet (wallets)
--         5.. records of the wallet's exchanges that expired and are not final: they go (wallet_out)
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 what (wallet_out, wallet_in, counter_out or counter_in)
--         5 number of the move, above those of its organisation's earlier ones  6 organisation  7 wallet, or name of the counter
--         8 seq and 9 balance of the wallet: as the books know them (wallet_out), as its other half left and took them (wallet_in)
--         10 currency  11 state  12 version of the state  13 what the entry of its other half moved (wallet_in)
--         8 what the entry of its other half moved (counter_in)
-- Returns {OK, seq, epoch, n, now ms}; where it was done before the same, writing nothing
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, RANGE, CORRUPT, UNKNOWN, STALE what is known instead,
--      HELD (exchanges are open)
-- Out     of a wallet stays `seq` and `mv`, the move's number, so that nothing older comes back; of a counter `mv`. Its entry
--         says all that it had, below zero: grants, overruns, windows; of a counter `name,v,version of its last reset,version`,
--         of a ring `name,k,its newest bucket`, of a rate `name,rate,level/at`.
-- In      makes it as it was, and its entry says the same above zero. Numbers of a wallet go on.
-- Counts  of a counter begin with the entry that brings it: what an earlier stay left here is gone.
--@include numbers.lua
--@include shard.lua

local what, move, tag = ARGV[4], int(ARGV[5]), string.match(KEYS[1], '^(.*:)m$')
local of_wallet = what == 'wallet_out' or what == 'wallet_in'
local arguments = ({wallet_out = 9, wallet_in = 13, counter_out = 7, counter_in = 8})[what]
if not arguments or not complete(of_wallet and 4 or 3, arguments) or #ARGV ~= arguments or not tag or not move or move < 1
    or ARGV[6] == '' or ARGV[7] == '' or KEYS[2] ~= tag .. (of_wallet and 'w:' or 'c:') .. ARGV[7] or KEYS[3] ~= tag .. 'l'
    or #KEYS > (what == 'wallet_out' and 1004 or of_wallet and 4 or 3) then
  return {'RANGE', 'keys or names'}
end
if read('XLEN', KEYS[3]) == nil then
  return {'CORRUPT', 'a key of another type'}
end

-- Writes the entry; nothing is refused any more.
local function booked(who, kind, half, seq, amount, after, vector)
  call('HSET', KEYS[1], 'n', str(n + 1), 'hwm_ms', str(now_ms))
  call('XADD', KEYS[3], '*', 'v', '1', 'e', 'mv:' .. ARGV[5] .. ':' .. ARGV[7] .. ':' .. half, 'o', ARGV[6], 'w', who, 'x', '',
    'seq', str(seq), 'n', str(n + 1), 'ep', str(epoch), 'kind', kind, 'amt', str(amount), 'bal', str(after), 'held', '0',
    'short', str(after < 0 and -after or 0), 'ms', str(now_ms), 'fp', 'move', 'est', '0', 'ref', ARGV[5] .. ' ' .. ARGV[6], 'actor', '',
    unpack(#vector > 0 and {'caps', table.concat(vector, ';')} or {}))
  return {'OK', str(seq), str(epoch), str(n + 1), str(now_ms)}
end

if of_wallet then
  --@include move_wallet.lua
end
--@include move_counter.lua
