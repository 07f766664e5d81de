#!lua flags=allow-oom
-- Keeps a hold alive and notes what its exchange has come to.
-- KEYS    1 shard  2 wallet  3 exchange  4 hold expiries
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 exchange  5 generation  6 hold min  7 hold want (both 0: renewal)
--         8 accrued  9 life ms  10 tokens accrued
-- Returns {OK, held, expires ms, epoch, n, now ms}
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, CORRUPT, NO_HOLD, DONE, EXPIRED, CONFLICT, RANGE, MAX_LIFE
-- Replays write the same again; accrued never goes down.
--@include numbers.lua
--@include shard.lua

if not complete(4, 10) or ARGV[4] == '' then
  return {'RANGE', 'keys or names'}
end
local hold_want, accrued, life, tokens = int(ARGV[7]), int(ARGV[8]), int(ARGV[9]), int(ARGV[10])
if not (hold_want and accrued and life and tokens and int(ARGV[6])) or int(ARGV[6]) < 0 or hold_want < 0 or accrued < 0 or life <= 0 or tokens < 0 then
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
if hold_want > amount then
  return {'RANGE', 'hold want'}
end
if last <= now_ms then
  return {'MAX_LIFE'}
end
local expires = math.min(now_ms + life, last)

-- writes begin here
call('HSET', KEYS[3], 'exp', str(expires), 'acc', str(math.max(so_far, math.min(accrued, amount))))
if tokens_most > 0 then
  call('HSET', KEYS[3], 'ta', str(math.max(tokens_so_far, math.min(tokens, tokens_most))))
end
call('ZADD', KEYS[4], str(expires), ARGV[4])
clock_kept()
return {'OK', str(amount), str(expires), str(epoch), str(n), str(now_ms)}
