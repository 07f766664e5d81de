-- What each cap of the exchange will have spent and hold. Runs inside `settle`, only where the exchange holds some. Sets
-- `caps` (what is to be written for each) and `vector` (what each spent, for the entry), or returns RANGE or CORRUPT.
-- A settlement counts in the window of its hold, be it over; a counter or window that is gone is left alone. A window of the
-- calendar is gone where a later one is here; else a Redis that went back does not know it yet, nor the counter of a bundle,
-- which nobody removes: what was used in it counts.
local tag = string.match(KEYS[1], '^(.*:)m$')
local first_word = status == 'OPEN' or ((mode == 'replay' or by_hand and not status) and ARGV[17] == '-1')
local requests = first_word and (total > 0 or came or tokens > 0) and 1 or 0
caps, vector = {}, {}
for name, unit, step, start, part in string.gmatch(held_caps, '([^,;]+),(%a),(%d+),(%d+),(%d+)') do
  local i = #caps + 1
  local key = KEYS[6 + i]
  if not tag or key ~= tag .. 'c:' .. name then
    return {'CAPS', held_caps}
  end
  local moved = (unit == 'u' or unit == 'y') and total - captured or (unit == 't' or unit == 'f') and tokens - tokens_captured
    or unit == 'o' and 0 or requests
  if unit == 'b' then
    --@include settle_bundle.lua
  end
  local cap = {key = key, step = int(step), start = int(start)}
  part = status == 'OPEN' and (unit == 'y' and 0 or int(part)) or 0
  if not (cap.step and cap.start and part) then
    return {'CORRUPT', 'caps of the exchange'}
  end
  local spent_field, held_field, bucket_field = start .. ':s', start .. ':h', 'k'
  if cap.step > 0 then
    spent_field, held_field, bucket_field = 's', 'h', 'b' .. str(cap.start % 61)
  end
  local known = read('HMGET', key, 'v', 'gone', spent_field, held_field, bucket_field, 'k')
  if not known then
    return {'CORRUPT', 'cap ' .. name}
  end
  local note = known[2] and ',gone' or ''
  if not known[1] and (unit ~= 'b' or status == 'OPEN') then
    moved, note = 0, ',gone'
  else
    local spent, held, base = int(known[3] or '0'), int(known[4] or '0'), nil
    if cap.step > 0 then
      local newest = int(known[6] or '')
      base = int(known[5] or '0')
      if not newest then
        return {'CORRUPT', 'cap ' .. name}
      end
      if cap.start < newest - 60 then
        moved = 0
      elseif cap.start > newest then
        -- a Redis that went back, and nobody has placed since: the window moves on, as a place would move it
        cap.left, cap.newest = {}, cap.start
        for bucket = newest - 60, math.min(newest, cap.start - 61) do
          cap.left[#cap.left + 1] = 'b' .. str(bucket % 61)
        end
        for _, amount in ipairs(call('HMGET', key, unpack(cap.left))) do
          spent = spent and int(amount or '0') and spent - int(amount or '0')
        end
        base = 0
      end
    else
      base = spent
      if not known[3] and status == 'OPEN' then
        moved = 0
      elseif not known[3] then
        --@include settle_window.lua
        cap.made = not known[1]
      end
    end
    if not (spent and held and base) or held < part or spent < 0 or base < 0 then
      return {'CORRUPT', 'cap ' .. name}
    end
    -- counters stay within what they can be: what the entry says is what was done
    moved = math.max(-base, math.min(moved, MOST - spent))
    if moved ~= 0 or part > 0 then
      cap.writes = {held_field, str(held - part), spent_field, str(spent + moved)}
      if cap.made then
        cap.writes = {held_field, '0', spent_field, str(spent + moved), 'v', '0', 'rv', '0', 'rn', '0'}
      end
      if cap.step > 0 and moved ~= 0 then
        cap.writes[5], cap.writes[6] = bucket_field, str(base + moved)
        if cap.newest then
          cap.writes[7], cap.writes[8] = 'k', str(cap.newest)
        end
      end
    end
    cap.gone = known[2]
  end
  if moved ~= 0 or note ~= '' then
    vector[#vector + 1] = name .. ',' .. unit .. ',' .. start .. ',' .. str(moved) .. note
  end
  caps[i] = cap
end
if #caps ~= #KEYS - 6 or (#caps == 0 and held_caps ~= '') then
  return {'CAPS', held_caps}
end
