-- What each cap of the exchange has left in the window that now is in. Runs inside `place`, only where there are caps.
-- Sets `caps` (what is to be written for each), with a bundle `least`, `want` and `granted`, `half` (half of what the tightest USD cap has left) and `tokens` (granted),
-- or returns a refusal: RANGE, CORRUPT, STALE_WINDOW i now, STALE_CAP i version,
--   CAP i limit spent held reset-ms now, where the least that will do does not fit; reset 0: held ones alone are in the way,
--   9e15: it never will. Where nothing is enforced the first CAP is `let`, and no ceiling is lowered.
local count, tag = last_key - 5, string.match(KEYS[1], '^(.*:)m$')
local tokens_least, tokens_want = int(ARGV[18] or ''), int(ARGV[19] or '')
-- a bundle comes first, beside the sixteen, and may have a table behind the last cap
local bundled = ARGV[22] == 'b'
-- behind it, what is charged in a month: it refuses nothing, holds nothing, and notes what had been spent
local volume = (bundled and ARGV[30] or ARGV[22]) == 'y'
local table_of = bundled and not reinstate and last_argument == 20 + 8 * count and ARGV[last_argument]
if count > 16 + (bundled and 1 or 0) + (volume and 1 or 0) or not tag or last_argument ~= (table_of and 20 or 19) + 8 * count then
  return {'RANGE', 'caps'}
end
if not (tokens_least and tokens_want) or tokens_least < 0 or tokens_want < 0 then
  return {'RANGE', 'tokens'}
end
caps, tokens = {}, tokens_want
local seen = {}
for i = 1, count do
  local key, at = KEYS[5 + i], 11 + 8 * i
  local unit, first = ARGV[at + 3], ARGV[at + 6]
  local version, reset, limit = int(ARGV[at + 1]), int(ARGV[at + 2]), int(ARGV[at + 4])
  local step, start, finish, after = int(ARGV[at + 5]), int(first), int(ARGV[at + 7]), int(ARGV[at + 8])
  local name = string.sub(key, 1, #tag + 2) == tag .. 'c:' and string.match(key, '^[%w_]+:[%w_]+$', #tag + 3)
  if not name or seen[key] then
    return {'RANGE', 'key of cap ' .. i}
  end
  if not (version and reset and limit and step and start and finish and after) or version < 0 or reset < 0 or limit < 0
      or step < 0 or start < 0 or finish < start or after < finish
      or (unit ~= 'u' and unit ~= 't' and unit ~= 'r' and unit ~= 'o' and unit ~= 'g' and unit ~= 'f'
        and not (unit == 'b' and i == 1) and not (unit == 'y' and i == (bundled and 2 or 1)))
      or ((unit == 'o' or unit == 'b' or unit == 'y') and step > 0) or (unit == 'o' and start > 0) then
    return {'RANGE', 'cap ' .. i}
  end
  seen[key] = true
  local cap = {key = key, name = name, unit = unit, step = step, version = version, reset = reset}
  local known, spent, full
  if unit == 'g' then
    --@include place_rate.lua
    spent = 0
  elseif step > 0 then
    -- a ring of 60 buckets, and the oldest one until it is gone wholly
    local newest = math.floor(now_ms / step)
    cap.newest, cap.first = newest, reinstate and first or str(newest)
    known = read('HMGET', key, 'v', 'gone', 's', 'h', 'k')
    if not known then
      return {'CORRUPT', 'cap ' .. name}
    end
    local before = int(known[5] or '0')
    spent = int(known[3] or '0')
    if not (before and spent) or before > newest then
      return {'CORRUPT', 'cap ' .. name}
    end
    if known[1] and newest - before > 60 then
      cap.left, spent = 'all', 0
    elseif known[1] and newest > before then
      cap.left = {}
      for bucket = before - 60, newest - 61 do
        cap.left[#cap.left + 1] = 'b' .. str(bucket % 61)
      end
      for _, amount in ipairs(call('HMGET', key, unpack(cap.left))) do
        local gone = int(amount or '0')
        if not gone then
          return {'CORRUPT', 'cap ' .. name}
        end
        spent = spent - gone
      end
    end
    cap.spent = spent
  else
    if not reinstate and now_ms >= finish then
      if now_ms >= after then
        return {'STALE_WINDOW', str(i), str(now_ms)}
      end
      first, finish = ARGV[at + 7], after
    elseif not reinstate and now_ms < start then
      return {'STALE_WINDOW', str(i), str(now_ms)}
    end
    cap.first, cap.finish = first, finish
    known = read('HMGET', key, 'v', 'gone', first .. ':s', first .. ':h')
    if not known then
      return {'CORRUPT', 'cap ' .. name}
    end
    -- open exchanges spend nothing, whatever an earlier release wrote
    spent = unit ~= 'o' and int(known[3] or '0') or unit == 'o' and 0
    cap.opens = not known[3]
  end
  local stored, held = int(known[1] or '0'), unit == 'g' and 0 or int(known[4] or '0')
  if not (stored and spent and held) or held < 0 or spent < 0 then
    return {'CORRUPT', 'cap ' .. name}
  end
  if not reinstate then
    if known[2] or version < stored then
      return {'STALE_CAP', str(i), str(stored)}
    end
    local need = unit == 'u' and least or unit == 't' and tokens_least
      or unit == 'f' and math.max(1, math.min(tokens_least, limit)) or 1
    local left = limit - spent - held
    if need > left and unit ~= 'g' and unit ~= 'b' and unit ~= 'y' then
      local resets = cap.finish
      if need <= limit - spent then
        resets = 0
      elseif step > 0 then
        --@include place_ring.lua
      end
      full = {'CAP', str(i), str(limit), str(spent), str(held), str(resets), str(now_ms)}
    end
    if full and not observe then
      return full
    end
    let = let or full
    local some = math.floor(left / 2)
    if unit == 'u' then
      half = math.min(half, some)
    elseif (unit == 't' or unit == 'f') and tokens > some and not observe then
      tokens = math.min(tokens, math.max(tokens_least, some))
    end
  end
  if unit == 'b' then
    --@include place_bundle.lua
  elseif unit == 'y' then
    cap.part, cap.noted = 0, reinstate and limit or spent
  elseif unit ~= 'u' and unit ~= 'o' then
    cap.used, cap.limit = not reinstate and spent + held, limit
  end
  cap.new, cap.raise, cap.held = not known[1], version > stored, held
  caps[i] = cap
end
