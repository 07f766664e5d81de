-- What wallet and caps let an open hold have more. Runs inside `extend`, only where more is asked. Sets `amount` and
-- `tokens_most` to what is held from now on, `wallet_held`, and with caps `caps` (keys, fields, values) and `kept`; or returns
-- a refusal: RANGE, CORRUPT, CAPS what they hold (the keys are not those: ask again with these), REINSTATING, UNKNOWN,
--   STATE state, GRANT_DUE since ms (`post` takes promotional money that is over, ask again), for each cap in turn STALE_CAP i version, CAP i limit spent held, and FUNDS balance held
-- Caps    an extension belongs to the window of the place, be it over; each cap holds its own part of it: nano-USD, tokens (f: up to its limit), of
--         requests nothing more. A cap that was removed only notes it.
local tag = string.match(KEYS[1], '^(.*:)m$')
local count, name_list = #KEYS - 4, read('HGET', KEYS[3], 'caps')
local held_caps = name_list or ''
if #ARGV ~= (count > 0 and 12 + 2 * count or 10) then
  return {'RANGE', 'caps'}
end
local tokens_least, tokens_want = int(ARGV[11] or '0'), int(ARGV[12] or '0')
if not (tokens_least and tokens_want) or tokens_least < 0 or tokens_want < tokens_least then
  return {'RANGE', 'tokens'}
end
for i = 1, count do
  local version, limit = int(ARGV[11 + 2 * i]), int(ARGV[12 + 2 * i])
  if not (version and limit) or version < 0 or limit < 0 then
    return {'RANGE', 'cap ' .. i}
  end
end
local purse = read('HMGET', KEYS[2], 'bal', 'held', 'state', 'nexp')
if not purse then
  return {'CORRUPT', 'wallet'}
end
local balance, held = int(purse[1] or ''), int(purse[2] or '')
local more_usd, more_tokens = hold_min > amount, count > 0 and tokens_least > tokens_most
local asks = more_usd or more_tokens
if asks then
  if reinstating_ms > now_ms then
    return {'REINSTATING'}
  end
  if not purse[3] then
    return {'UNKNOWN'}
  end
  if not (balance and held) or held < amount then
    return {'CORRUPT', 'wallet'}
  end
  if purse[3] ~= 'active' then
    return {'STATE', purse[3]}
  end
  local due_ms = int(purse[4] or '0')
  if not due_ms then
    return {'CORRUPT', 'wallet'}
  end
  if due_ms > 0 and due_ms <= now_ms then
    return {'GRANT_DUE', purse[4]}
  end
end
local room, tokens_room, found = asks and balance - held or 0, tokens_want - tokens_most, {}
if held_caps ~= '' or count > 0 then
  for name, unit, step, start, part in string.gmatch(held_caps, '([^,;]+),(%a),(%d+),(%d+),(%d+)') do
    local i = #found + 1
    local key, at = KEYS[4 + i], 9 + 2 * i
    if not tag or key ~= tag .. 'c:' .. name then
      return {'CAPS', held_caps}
    end
    local cap = {key = key, name = name, unit = unit, step = int(step), start = start, part = unit == 'y' and 0 or int(part), noted = unit == 'y' and int(part)}
    if not (cap.step and cap.part) then
      return {'CORRUPT', 'caps of the exchange'}
    end
    local ring = cap.step > 0
    cap.field = ring and 'h' or start .. ':h'
    local known = read('HMGET', key, 'v', 'gone', ring and 's' or start .. ':s', cap.field, 'k')
    if not known then
      return {'CORRUPT', 'cap ' .. name}
    end
    -- nothing of this exchange was in a counter that is gone altogether: a bundle had paid, and the cap was removed
    cap.absent = not known[1] and cap.part == 0
    local stored, spent, before = int(known[1] or cap.absent and '0' or ''), int(known[3] or '0'), int(known[5] or '0')
    cap.held = int(known[4] or '0')
    if not (stored and spent and before and cap.held) or cap.held < cap.part then
      return {'CORRUPT', 'cap ' .. name}
    end
    if asks and not known[2] and not cap.absent then
      local version, limit = int(ARGV[at + 2]), int(ARGV[at + 3])
      if version < stored then
        return {'STALE_CAP', str(i), str(stored)}
      end
      if ring then
        -- the buckets that are gone by now, as `place` would drop them
        local newest = math.floor(now_ms / cap.step)
        if newest - before > 60 then
          spent = 0
        else
          for bucket = before - 60, newest - 61 do
            local gone = int(call('HGET', key, 'b' .. str(bucket % 61)) or '0')
            if not gone then
              return {'CORRUPT', 'cap ' .. name}
            end
            spent = spent - gone
          end
        end
      end
      local left = limit - spent - cap.held
      local need = unit == 'u' and hold_min - amount or unit == 't' and tokens_least - tokens_most
        or unit == 'f' and math.min(tokens_least, limit) - cap.part or 0
      if need > 0 and need > left then
        return {'CAP', str(i), str(limit), str(spent), str(cap.held)}
      end
      if unit == 'u' then
        room = math.min(room, left)
      elseif unit == 't' then
        tokens_room = math.min(tokens_room, left)
      elseif unit == 'f' and cap.part < limit and cap.part + left < limit then
        tokens_room = math.min(tokens_room, cap.part + left - tokens_most)
      end
      cap.limit = limit
    end
    found[i] = cap
  end
  if #found ~= count then
    return {'CAPS', held_caps}
  end
end
local before = amount
if more_usd then
  if not (balance - held >= hold_min - amount) then
    return {'FUNDS', str(balance), str(held)}
  end
  amount = math.min(hold_want, amount + room)
  if held + amount - before > MOST then
    return {'RANGE', 'held'}
  end
  wallet_held = str(held + amount - before)
end
local tokens_before = tokens_most
if more_tokens then
  tokens_most = math.min(tokens_want, tokens_most + tokens_room)
end
if count > 0 then
  local fields, parts = {}, {}
  for i, cap in ipairs(found) do
    local more = cap.absent and 0 or cap.unit == 'u' and amount - before or cap.unit == 't' and tokens_most - tokens_before
      or cap.unit == 'f' and cap.limit and math.min(tokens_most, math.max(cap.limit, cap.part)) - cap.part or 0
    if more < 0 then
      return {'RANGE', 'less than cap ' .. cap.name .. ' holds'}
    end
    if cap.held + more > MOST then
      return {'RANGE', 'held by cap ' .. cap.name}
    end
    if more > 0 then
      fields[#fields + 1], fields[#fields + 2], fields[#fields + 3] = cap.key, cap.field, str(cap.held + more)
    end
    parts[i] = table.concat({cap.name, cap.unit, str(cap.step), cap.start, str(cap.noted or cap.part + more)}, ',')
  end
  caps, kept = fields, table.concat(parts, ';')
end
