-- What a settlement takes of promotional money, before the wallet's own; or gives back, the wallet's own first, then to the
-- grants it came from, the last first: as if less had been taken at once. Runs inside `settle`, only where the wallet has or
-- had grants. Sets `granted` (what it has of each now, and how to write it) and adds to `vector`, or returns RANGE or CORRUPT.
-- What is left of a grant that is over is for exchanges that were placed before: for those that a lost second took along, too.
--@include grants.lua
local record = call('HMGET', KEYS[3], 'pl', 'gb')
local said = status and record[2] or not status and (mode == 'replay' or by_hand) and ARGV[#ARGV] or ''
local burnt, placed, due_ms = parts_of(said), int(record[1] or '0'), int(wallet[8])
if not (burnt and placed) then
  return {status and 'CORRUPT' or 'RANGE', 'grants of the exchange'}
end
local key, moves = KEYS[6], {}
if not grants_key(key, KEYS[2]) then
  return {'RANGE', 'key of the grants'}
end
local head = read('HGET', key, '1')
local first = head and grant_of(head)
if head == nil or not due_ms or (head and not first) then
  return {'CORRUPT', 'grants'}
end
if delta < 0 and first and placed < first.expires and first.rest + delta > 0 then
  -- the one that is next has enough: nothing else is looked at
  burn({first}, -delta, placed, moves, burnt)
  granted = {write = function()
    call('HSET', key, '1', grant_text(first))
  end}
else
  local list = grants_of(call('HGETALL', key))
  if not list then
    return {'CORRUPT', 'grants'}
  end
  if delta < 0 then
    burn(list, -delta, placed, moves, burnt)
  else
    local back = captured
    for _, part in ipairs(burnt) do
      back = back - part.rest
    end
    back = delta - math.max(0, math.min(back, delta))
    for i = #burnt, 1, -1 do
      local part = math.min(back, burnt[i].rest)
      if part > 0 then
        given(list, burnt[i], part)
        due_ms = sooner(due_ms, burnt[i].expires)
        burnt[i].rest, back = burnt[i].rest - part, back - part
        moves[#moves + 1] = grant_moved(burnt[i], part)
      end
    end
  end
  granted = #moves > 0 and {write = function()
    grants_kept(key, KEYS[2], list, due_ms)
    if delta > 0 and due_ms <= now_ms then
      -- what comes back to a grant that is over is pinned by nobody
      call('HDEL', KEYS[2], 'pms', 'pfree')
    end
  end}
end
if granted then
  granted.burnt, vector = parts_text(burnt), vector or {}
  for _, move in ipairs(moves) do
    vector[#vector + 1] = move
  end
end
