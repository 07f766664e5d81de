#!lua flags=allow-oom
-- States what an exchange comes to: finally, or by the expiry of a hold that nobody renews.
-- KEYS    1 shard  2 wallet  3 exchange  4 hold expiries  5 ledger  6 grants of the wallet
--         7.. counters of the caps that hold it, as placed
--         tick: 1 shard  2.. records of exchanges and postings, at most 100
-- ARGV    1 version  2 n seen  3 gateway's ms, then  4 mode  5 exchange  6 organisation  7 wallet  8 fingerprint
--         9 total  10 estimated (1 or 0)  11 reference  12 captured so far, as SQL knows (replay, adjust)
--         13 generation and 14 expiry ms (expire); 13 whether SQL has its final entry, 1 or 0 (adjust)
--         15 most the wallet may overrun before it freezes (final)
--         with caps, 16 what they hold, as `place` said (replay, adjust)
--         17 tokens counted so far, as SQL knows, -1: no entry (replay, adjust)
--         18 tokens  19 something came from the upstream (1 or 0)
--         20 tokens that were taken of a bundle so far, as SQL knows (replay, adjust; only where one is among the caps)
--         and last, with caps or without: `id,expires ms,priority,amount;..` of the grants that it took, as SQL knows (replay,
--         adjust)
-- Modes   final   the total of an exchange with a record; of one without only a total of 0, which bars a late place
--         replay  the same for an exchange whose record is gone: SQL says what was captured
--         adjust  the total that a person decided on: of any exchange, a final one too, whose entry is `exchange:adjust`
--         expire  captures what had accrued when nobody renewed
--         tick    sets the time-to-live of final records: SQL has them; ARGV ends with 4
-- Returns {OK, delta, balance, available, seq, short, epoch, n, now ms}; DONE with the same, where it was booked before;
--   tick {OK, how many are final, 0, 0, 0, 0, epoch, n, now ms}
--   or one refusal, first match wins: VERSION, FENCED, BEHIND, CORRUPT, RANGE, CONFLICT, NO_HOLD, NOT_DUE, UNKNOWN,
--      CAPS what they hold (the keys are not those: ask again with these; nothing, where the record was booked again from SQL
--      and cannot know: ask by replay)
-- Posts   total less what was captured, so that an exchange's entries sum to its total, however often it is stated.
-- Caps    what they held is free again, what was used is spent in the window of the hold; a late settlement adds no request.
-- Bundle  what was used of the tokens that it holds is spent, of an expiry all of them until the exchange is final.
-- Grants  are taken before the wallet's own money and given back after it, as settle_grants.lua says.
-- Below zero goes what was placed where nothing is enforced as `unenforced`.
-- Freezes a wallet whose overruns since it was last set active pass 15; the entry says which version that state then is.
--@include numbers.lua
--@include shard.lua

local mode = ARGV[4]
if mode == 'tick' then
  if #KEYS > 101 or not complete(1, 4) then
    return {'RANGE', 'keys'}
  end
  local final = 0
  -- writes begin here
  for i = 2, #KEYS do
    if read('HGET', KEYS[i], 'st') == 'FINAL' then
      final = final + call('EXPIRE', KEYS[i], '3600')
    end
  end
  return {'OK', str(final), '0', '0', '0', '0', str(epoch), str(n), str(now_ms)}
end

local by_hand = mode == 'adjust'
if mode ~= 'final' and mode ~= 'replay' and mode ~= 'expire' and not by_hand then
  return {'RANGE', 'mode'}
end
local of_bundle = #ARGV == 21 and #KEYS > 6 and (mode == 'replay' or by_hand)
if not complete(6, 16) or #ARGV ~= (of_bundle and 21 or #KEYS > 6 and 20 or 16) or ARGV[5] == '' or ARGV[8] == '' or (mode ~= 'expire' and (ARGV[6] == '' or ARGV[7] == '')) then
  return {'RANGE', 'keys or names'}
end
local capped = #KEYS > 6
local known_tokens, stated_tokens = int(capped and ARGV[17] or '0'), int(capped and ARGV[18] or '0')
local bundle_captured = int(of_bundle and ARGV[20] or '0')
if not (flag(ARGV[10]) and flag(capped and ARGV[19] or '0') and known_tokens and stated_tokens and bundle_captured)
    or known_tokens < -1 or stated_tokens < 0 or bundle_captured < 0 then
  return {'RANGE', 'flags or tokens'}
end
local known = read('HMGET', KEYS[3], 'st', 'gen', 'amt', 'acc', 'cap', 'fp', 'w', 'caps', 'let', 'risk')
local due = read('ZSCORE', KEYS[4], ARGV[5])
if not known or due == nil or read('XLEN', KEYS[5]) == nil then
  return {'CORRUPT', 'a key of another type'}
end
local status = known[1]
if mode == 'expire' then
  if status ~= 'OPEN' then
    -- the index alone remembers it
    call('ZREM', KEYS[4], ARGV[5])
    return {'NO_HOLD'}
  end
  if known[2] ~= ARGV[13] or not due or str(tonumber(due)) ~= ARGV[14] or tonumber(due) > now_ms or no_reap_ms > now_ms
      or not clock_good then
    return {'NOT_DUE'}
  end
end
if status and known[7] ~= ARGV[7] then
  return {'CONFLICT', 'wallet ' .. (known[7] or '')}
end
local wallet = read('HMGET', KEYS[2], 'bal', 'held', 'seq', 'open', 'state', 'over', 'ver', 'nexp')
if not wallet then
  return {'CORRUPT', 'wallet'}
end
local balance, held, seq, open = int(wallet[1] or ''), int(wallet[2] or ''), int(wallet[3] or ''), int(wallet[4] or '')
if status == 'FINAL' and mode ~= 'expire' and (known[6] == ARGV[8] or not by_hand) then
  if known[6] ~= ARGV[8] then
    return {'CONFLICT', known[6] or ''}
  end
  local booked = call('HMGET', KEYS[3], 'delta', 'bal', 'seq', 'short', 'ep', 'n')
  local available = balance and held and told(balance - held) or booked[2]
  return {'DONE', booked[1], booked[2], available, booked[3], booked[4], booked[5], booked[6], str(now_ms)}
end
if not wallet[5] then
  return {'UNKNOWN'}
end
local overrun, version = int(wallet[6] or '0'), int(wallet[7] or '0')
if not (balance and held and seq and open and overrun and version) then
  return {'CORRUPT', 'wallet'}
end
local most_overrun = int(ARGV[15])
if mode == 'final' and not (most_overrun and most_overrun >= 0) then
  return {'RANGE', 'most overrun'}
end

local total, captured, set_aside = int(ARGV[9]), 0, 0
local kind, next_status, entry = 'settle', 'FINAL', ARGV[5]
if mode == 'expire' then
  set_aside = int(known[3] or '')
  local accrued = int(known[4] or '')
  if not (set_aside and accrued) then
    return {'CORRUPT', 'exchange'}
  end
  total = math.min(accrued, set_aside)
  kind, next_status, entry = 'expiry', 'EXPIRED', ARGV[5] .. ':expiry'
elseif not total or total < 0 then
  return {'RANGE', 'total'}
elseif status == 'OPEN' then
  set_aside = int(known[3] or '')
  if not set_aside then
    return {'CORRUPT', 'exchange'}
  end
  kind = by_hand and 'adjust' or total == 0 and 'release' or total > set_aside and 'overrun' or 'settle'
  if kind == 'overrun' then
    overrun = math.min(overrun + total - set_aside, MOST)
  end
elseif status == 'EXPIRED' then
  captured = int(known[5] or '')
  local was_held = int(known[3] or '')
  if not (captured and was_held) then
    return {'CORRUPT', 'exchange'}
  end
  kind = by_hand and 'adjust' or 'late'
  if total > was_held and not by_hand then
    overrun = math.min(overrun + total - was_held, MOST)
  end
elseif mode == 'replay' or by_hand then
  captured = int(status and known[5] or ARGV[12])
  if not captured or captured < 0 or (by_hand and not flag(ARGV[13])) then
    return {'RANGE', 'captured'}
  end
  kind = by_hand and 'adjust' or 'late'
  entry = by_hand and (status or ARGV[13] == '1') and entry .. ':adjust' or entry
elseif total == 0 then
  kind = 'release'
else
  return {'NO_HOLD'}
end
local delta = captured - total
if balance + delta < -MOST or balance + delta > MOST or held < set_aside then
  return {'RANGE', 'balance'}
end
-- a record that was booked again from SQL does not know what held its exchange: the caller does
local held_caps, caps, vector = known[8] or status ~= 'OPEN' and capped and (mode == 'replay' or by_hand) and ARGV[16] or ''
local tokens, tokens_captured
if held_caps ~= '' or capped then
  if held_caps == '' or not capped then
    return {'CAPS', held_caps}
  end
  --@include settle_tokens.lua
  --@include settle_caps.lua
end
local granted
if wallet[8] and delta ~= 0 then
  --@include settle_grants.lua
end
local unpinned
if wallet[8] and status == 'OPEN' then
  --@include settle_pinned.lua
end
local risk
if status == 'OPEN' and known[10] then
  local part, all = int(known[10]), int(read('HGET', KEYS[2], 'risk') or '0')
  if not (part and all) or part < 0 then
    return {'CORRUPT', 'risk'}
  end
  -- a wallet that was booked again from SQL does not know what was open before
  risk = str(math.max(0, all - part))
end
local after = balance + delta
local short = after < 0 and -after or 0
if known[9] and after < 0 and kind == 'settle' then
  kind = 'unenforced'
end
local passes = overrun > int(wallet[6] or '0')
local freezes = passes and most_overrun and overrun > most_overrun and wallet[5] == 'active'

-- writes begin here
call('HSET', KEYS[2], 'bal', str(after), 'held', str(held - set_aside), 'seq', str(seq + 1), 'open',
  str(status == 'OPEN' and open - 1 or open))
if risk then
  call('HSET', KEYS[2], 'risk', risk)
end
if passes then
  call('HSET', KEYS[2], 'over', str(overrun), 'over_ver', str(version), 'state', freezes and 'frozen' or wallet[5])
  -- a Redis that lost the wallet has it from here
  vector = vector or {}
  vector[#vector + 1] = table.concat({'over', 'v', str(version), str(overrun)}, ',')
end
call('HSET', KEYS[1], 'n', str(n + 1), 'hwm_ms', str(now_ms))
call('ZREM', KEYS[4], ARGV[5])
call('HSET', KEYS[3], 'st', next_status, 'o', ARGV[6], 'w', ARGV[7], 'cap', str(total), 'fp', ARGV[8], 'delta',
  str(delta), 'bal', str(after), 'seq', str(seq + 1), 'short', str(short), 'ep', str(epoch), 'n', str(n + 1))
if caps then
  --@include settle_caps_write.lua
  call('HSET', KEYS[3], 'tc', str(tokens))
end
if granted then
  granted.write()
  call('HSET', KEYS[3], 'gb', granted.burnt)
end
if unpinned and call('HEXISTS', KEYS[2], 'pms') == 1 then
  call('HSET', KEYS[2], unpack(unpinned))
end
call('XADD', KEYS[5], '*', 'v', '1', 'e', entry, 'o', ARGV[6], 'w', ARGV[7], 'x', ARGV[5], 'seq', str(seq + 1),
  'n', str(n + 1), 'ep', str(epoch), 'kind', kind, 'amt', str(delta), 'bal', str(after), 'held', str(held - set_aside),
  'short', str(short), 'ms', str(now_ms), 'fp', ARGV[8], 'est', ARGV[10], 'ref', ARGV[11],
  'frz', freezes and str(version + 1) or '0', unpack((caps or granted or passes) and {'caps', table.concat(vector, ';')} or {}))
return {'OK', str(delta), str(after), told(after - held + set_aside), str(seq + 1), str(short), str(epoch), str(n + 1),
  str(now_ms)}
