#!lua flags=allow-oom
-- Keeps a hold alive and notes what its exchange has come to; sets more aside for it where more is asked.
-- KEYS    1 shard  2 wallet  3 exchange  4 hold expiries
--         where more is asked, 5.. counters of the caps that hold it, as placed
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 exchange  5 generation
--         6 hold min  7 hold want: what is to be held in all; a min that is held already asks for no more, as do two zeros
--         8 accrued  9 life ms  10 tokens accrued
--         with caps, 11 tokens min  12 tokens want, in all as 6 and 7, then for each cap: the version known of it, limit
-- Returns {OK, held, expires ms, [with caps: tokens granted, what the caps hold,] epoch, n, now ms}
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, RANGE, CORRUPT, NO_HOLD, DONE, EXPIRED, CONFLICT, MAX_LIFE,
--      and where more is asked, those of extend_more.lua
-- Grants  want where wallet and caps allow it, else what they allow, but never less than min.
-- Replays write the same again; neither accrued nor what is held goes down.
-- Runs with the flag of the first line for renewals, without it where more is asked: a full Redis sets nothing more aside.
--@include numbers.lua
--@include shard.lua

if not complete(4, 10) or ARGV[4] == '' then
  return {'RANGE', 'keys or names'}
end
local hold_min, hold_want = int(ARGV[6]), int(ARGV[7])
local accrued, life, tokens = int(ARGV[8]), int(ARGV[9]), int(ARGV[10])
if not (hold_min and hold_want and accrued and life and tokens) or hold_min < 0 or hold_want < hold_min or accrued < 0
    or life <= 0 or tokens < 0 then
  return {'RANGE', 'arguments'}
end
local known = read('HMGET', KEYS[3], 'st', 'gen', 'amt', 'acc', 'end', 'w', 'tg', 'ta')
if not known or read('ZSCORE', KEYS[4], ARGV[4]) == nil then
  return {'CORRUPT', 'a key of another type'}
end
if not known[1] then
  return {'NO_HOLD'}
end
if known[1] == 'FINAL' then
  return {'DONE'}
end
if known[1] == 'EXPIRED' then
  return {'EXPIRED'}
end
if known[2] ~= ARGV[5] then
  return {'CONFLICT', 'generation ' .. (known[2] or '')}
end
if not known[6] or string.sub(KEYS[2], -#known[6] - 1) ~= ':' .. known[6] then
  return {'CONFLICT', 'wallet ' .. (known[6] or '')}
end
local amount, so_far, last = int(known[3] or ''), int(known[4] or ''), int(known[5] or '')
local tokens_most, tokens_so_far = int(known[7] or '0'), int(known[8] or '0')
if not (amount and so_far and last and tokens_most and tokens_so_far) then
  return {'CORRUPT', 'exchange'}
end
if last <= now_ms then
  return {'MAX_LIFE'}
end
local wallet_held, caps, kept
if hold_min > amount or #KEYS > 4 or #ARGV > 10 then
  --@include extend_more.lua
end
local expires = math.min(now_ms + life, last)

-- writes begin here
if wallet_held then
  call('HSET', KEYS[2], 'held', wallet_held)
  call('HSET', KEYS[3], 'amt', str(amount))
end
if caps then
  for i = 1, #caps, 3 do
    call('HSET', caps[i], caps[i + 1], caps[i + 2])
  end
  call('HSET', KEYS[3], 'tg', str(tokens_most), 'caps', kept)
end
call('HSET', KEYS[3], 'exp', str(expires), 'acc', str(math.max(so_far, math.min(accrued, amount))))
if tokens_most > 0 then
  call('HSET', KEYS[3], 'ta', str(math.max(tokens_so_far, math.min(tokens, tokens_most))))
end
call('ZADD', KEYS[4], str(expires), ARGV[4])
clock_kept()
if caps then
  return {'OK', str(amount), str(expires), str(tokens_most), kept, str(epoch), str(n), str(now_ms)}
end
return {'OK', str(amount), str(expires), str(epoch), str(n), str(now_ms)}
