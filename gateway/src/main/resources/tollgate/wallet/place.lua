-- Sets money aside for one exchange, if the wallet and every cap above it allow.
-- KEYS    1 shard  2 organisation  3 wallet  4 exchange  5 hold expiries  6.. counters: of a bundle of tokens, where there is
--         one, of what is charged in a month, where that is asked, then of caps, at most 16, the narrowest scope first, and last of all, where the client named its request, the mark of that name
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 exchange  5 organisation  6 wallet  7 generation  8 min  9 want
--         10 life ms  11 longest life ms  12 accrued  13 policy  14 price version
--         15 0: enforce, 1: reinstate, 2: observe: neither state frozen nor caps nor funds refuse, 3: reinstate observed
--         16 most open holds of the wallet  17 currency  18 tokens min  19 tokens want (both, and what follows, only with caps),
--         then for each cap: its version, the version of its last reset, unit (u: nano-USD, t: tokens, r: requests,
--         o: open exchanges, g: requests at a rate, f: tokens at a rate, of which more than the limit counts as the limit,
--         b: tokens of a bundle, which refuses nothing: only the first, y: what is charged in a month: only the first, or behind b),
--         limit, ms of a bucket (0: calendar; g: of the period), start ms, end ms, end ms of the window after it (o: 0, 9e15,
--         9e15; reinstate: start as held; b: limit as held; y: limit as noted)
--         with a bundle, not with reinstate: `tokens,min,want;..` by tokens, ascending: what of 8 and 9 has to be held where the
--         bundle has so many of the tokens left; neither is ever more than in the entry before it
--         where less is held than it can come to: the most that it can come to, and how far overruns may go
--         with a mark, last: print of the request, the exchange that it may follow (none: empty)
-- Returns {OK, granted, available, expires ms, [with caps: tokens granted, what the caps hold,] [where some count tokens or
--      requests, unless reinstated: what is used of each, `i,used;..` (g: its level),] epoch, n, now ms}; where nothing is enforced
--      {OK, granted, available, expires ms, tokens granted, what the caps hold, what is used, the refusal that was not made
--      (its words with commas between, or nothing), epoch, n, now ms}
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, RANGE, CORRUPT, DONE, CONFLICT, those of place_mark.lua, UNKNOWN, CUR,
--      REINSTATING (other gateways have not placed the holds again that a lost second took along), STATE state, STALE_POLICY current,
--      CLOCK, FULL, GRANT_DUE since ms (promotional money is over: `post` takes it, ask again), those of place_caps.lua for each cap in turn, FUNDS balance held
-- Grants  want, where it is at most half of what is available in the wallet and under the tightest cap; else that half,
--         but never less than min. Where min is above want (tokens alike), min has to be affordable and want is held.
-- Bundle  holds the tokens that the exchange can come to, as far as it has any left, until the settlement: they are not charged.
-- Caps    hold what is granted (1 of requests and open exchanges) until the settlement: `name,unit,bucket ms,start,held;..`;
--         a rate of requests (g) counts at once and holds nothing, a month (y) neither: `held` is what had been spent.
-- Observe grants what is wanted; its exchange may take the wallet below zero.
-- Replays the same exchange and generation return the first outcome, but not what is used.
--@include numbers.lua
--@include shard.lua

if not complete(5, 17) or ARGV[4] == '' or ARGV[5] == '' or ARGV[6] == '' or not (flag(ARGV[15]) or ARGV[15] == '2' or ARGV[15] == '3') then
  return {'RANGE', 'keys or names'}
end
local generation, least, want = int(ARGV[7]), int(ARGV[8]), int(ARGV[9])
local life, longest, accrued = int(ARGV[10]), int(ARGV[11]), int(ARGV[12])
local policy, most_open = int(ARGV[13]), int(ARGV[16])
local observe, observed = ARGV[15] == '2', ARGV[15] == '2' or ARGV[15] == '3'
local reinstate = ARGV[15] == '1' or ARGV[15] == '3'
if not (generation and least and want and life and longest and accrued and policy and most_open)
    or generation < 0 or least < 0 or want < 0 or life <= 0 or longest <= 0 or accrued < 0
    or now_ms + longest > MOST then
  return {'RANGE', 'arguments'}
end

local wallet = read('HMGET', KEYS[3], 'bal', 'held', 'state', 'open', 'cur', 'nexp')
local known = read('HMGET', KEYS[4], 'st', 'gen', 'amt', 'exp')
if not (wallet and known) or read('ZSCORE', KEYS[5], ARGV[4]) == nil then
  return {'CORRUPT', 'a key of another type'}
end
local balance, held, open = int(wallet[1] or ''), int(wallet[2] or ''), int(wallet[4] or '')

if known[1] then
  if known[1] ~= 'OPEN' then
    return {'DONE'}
  end
  if known[2] ~= ARGV[7] or not (balance and held) then
    return {'CONFLICT', 'generation ' .. (known[2] or '')}
  end
  local under = call('HMGET', KEYS[4], 'tg', 'caps', 'let')
  if under[3] then
    return {'OK', known[3], told(balance - held), known[4], under[1] or '0', under[2] or '', '', under[3], str(epoch), str(n),
      str(now_ms)}
  end
  if under[2] then
    return {'OK', known[3], told(balance - held), known[4], under[1], under[2], str(epoch), str(n), str(now_ms)}
  end
  return {'OK', known[3], told(balance - held), known[4], str(epoch), str(n), str(now_ms)}
end
-- what of the keys and arguments is the caps', and what the mark's
local marked = #KEYS > 5 and find(KEYS[#KEYS], '}:i:', 1, true) ~= nil
local last_key, last_argument = #KEYS, #ARGV
if marked then
  last_key, last_argument = #KEYS - 1, #ARGV - 2
  --@include place_mark.lua
end
if not wallet[3] then
  return {'UNKNOWN'}
end
if not (balance and held and open) or held < 0 then
  return {'CORRUPT', 'wallet'}
end
if wallet[5] ~= ARGV[17] then
  return {'CUR', wallet[5] or ''}
end
local worst, risk
if last_argument == (last_key > 5 and 8 * last_key - 19 or 19) then
  last_argument = last_argument - 2
  --@include place_typical.lua
end
local granted, available = want, balance - held
local half, caps, tokens, let = math.floor(available / 2)
if not reinstate then
  if reinstating_ms > now_ms then
    return {'REINSTATING'}
  end
  if wallet[3] ~= 'active' then
    if not observe or wallet[3] ~= 'frozen' then
      return {'STATE', wallet[3]}
    end
    let = {'STATE', wallet[3]}
  end
  local stored = read('HGET', KEYS[2], 'pol')
  local current = stored ~= nil and int(stored or '0')
  if not current then
    return {'CORRUPT', 'organisation'}
  end
  if policy < current then
    return {'STALE_POLICY', str(current)}
  end
  if not clock_good then
    return {'CLOCK'}
  end
  if open >= most_open then
    return {'FULL', str(open)}
  end
  if wallet[6] and wallet[6] ~= '0' then
    local due_ms = int(wallet[6])
    if not due_ms then
      return {'CORRUPT', 'wallet'}
    end
    if due_ms <= now_ms then
      return {'GRANT_DUE', wallet[6]}
    end
  end
end
if last_key > 5 or last_argument > 17 then
  --@include place_caps.lua
end
if not reinstate then
  if not (available >= least) then
    if not observe then
      return {'FUNDS', str(balance), str(held)}
    end
    let = let or {'FUNDS', str(balance), str(held)}
  end
  if want > half and not observe then
    granted = math.min(want, math.max(least, half))
  end
end
if held + granted > MOST then
  return {'RANGE', 'held'}
end
if caps then
  for i = 1, #caps do
    if caps[i].held + math.max(granted, tokens) > MOST then
      return {'RANGE', 'held by cap ' .. caps[i].name}
    end
  end
end
if worst and risk + worst - granted > MOST then
  return {'RANGE', 'risk'}
end
local expires = now_ms + math.min(life, longest)

-- writes begin here
call('HSET', KEYS[4], 'st', 'OPEN', 'o', ARGV[5], 'w', ARGV[6], 'gen', ARGV[7], 'amt', str(granted), 'acc',
  str(math.min(accrued, granted)), 'exp', str(expires), 'end', str(now_ms + longest), 'pv', ARGV[14])
if wallet[6] then
  -- what is left of a grant that is over is for who was here before; one that is placed again was
  call('HSET', KEYS[4], 'pl', reinstate and '0' or str(now_ms))
end
call('HSET', KEYS[3], 'held', str(held + granted), 'open', str(open + 1))
call('ZADD', KEYS[5], str(expires), ARGV[4])
clock_kept()
if marked then
  call('HSET', KEYS[#KEYS], 'x', ARGV[4], 'h', ARGV[#ARGV - 1])
  call('EXPIRE', KEYS[#KEYS], '86400')
end
if worst then
  call('HSET', KEYS[3], 'risk', str(risk + worst - granted))
  call('HSET', KEYS[4], 'risk', str(worst - granted))
end
if caps then
  --@include place_caps_write.lua
  call('HSET', KEYS[4], 'tg', str(tokens), 'caps', kept)
  if observed then
    --@include place_observed.lua
  end
  if #used > 0 then
    return {'OK', str(granted), told(available - granted), str(expires), str(tokens), kept, table.concat(used, ';'), str(epoch),
      str(n), str(now_ms)}
  end
  return {'OK', str(granted), told(available - granted), str(expires), str(tokens), kept, str(epoch), str(n), str(now_ms)}
end
if observed then
  local kept, used = '', {}
  tokens = 0
  --@include place_observed.lua
end
return {'OK', str(granted), told(available - granted), str(expires), str(epoch), str(n), str(now_ms)}
