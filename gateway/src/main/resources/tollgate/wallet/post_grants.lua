-- What a posting does with promotional money. Runs inside `post`, only where the wallet has or had grants, or gets some.
-- Sets `granted` (how to write them) and `vector`, and `amount` of an expiry; or returns a refusal; or ends an expiry that
-- takes nothing.
--@include grants.lua
if not grants_key(KEYS[5], KEYS[2]) then
  return {'RANGE', 'key of the grants'}
end
local pins_ms, pins_free
local function pins_kept()
  if pins_ms > 0 then
    call('HSET', KEYS[2], 'pms', str(pins_ms), 'pfree', str(pins_free))
  else
    call('HDEL', KEYS[2], 'pms', 'pfree')
  end
end
local parts, due_ms = parts_of(ARGV[13]), int(wallet[6] or '0')
local fields = read('HGETALL', KEYS[5])
local list = fields and grants_of(fields)
if not (list and due_ms) then
  return {'CORRUPT', 'grants'}
end
if not parts or (#parts > 0 and kind ~= 'grant' and kind ~= 'refund') then
  return {'RANGE', 'grants'}
end
if kind == 'grant' then
  local grant = parts[1]
  -- one that is over by now was promised before: it is given all the same, and expires by an entry of its own
  if #parts ~= 1 or grant.rest ~= amount or grant.priority > 100 then
    return {'RANGE', 'grant'}
  end
  for _, other in ipairs(list) do
    if other.id == grant.id then
      return {'CONFLICT', 'grant ' .. grant.id}
    end
  end
  if #list >= 16 then
    return {'GRANTS_FULL', str(#list)}
  end
elseif kind == 'adjust' and amount < 0 then
  burn(list, -amount, now_ms, vector, {})
elseif kind == 'grant_expiry' then
  if due_ms == 0 or due_ms > now_ms then
    return {'OK', str(balance), str(seq), str(epoch), str(n), str(now_ms)}
  end
  local left, pinned = math.max(0, balance - held), read('HMGET', KEYS[2], 'pms', 'pfree')
  local since, freed = pinned and int(pinned[1] or '0'), pinned and int(pinned[2] or '0')
  if not (since and freed) then
    return {'CORRUPT', 'pinned'}
  end
  due_ms, pins_ms = MOST, 0
  for _, grant in ipairs(list) do
    if grant.expires <= now_ms then
      -- what was pinned at the last look: as much as its holds have left since, and none of what was paid in meanwhile
      local known = grant.expires <= since
      local part = math.min(grant.rest, left, known and freed or MOST)
      if part > 0 then
        grant.rest, left, amount = grant.rest - part, left - part, amount - part
        freed = known and freed - part or freed
        vector[#vector + 1] = grant_moved(grant, -part)
      end
      if grant.rest > 0 then
        pins_ms = math.max(pins_ms, known and since or now_ms)
      end
    else
      due_ms = math.min(due_ms, grant.expires)
    end
  end
  pins_free = freed
  if amount == 0 then
    -- writes begin here
    call('HSET', KEYS[2], 'nexp', str(#list == 0 and 0 or due_ms))
    pins_kept()
    clock_kept()
    return {'OK', str(balance), str(seq), str(epoch), str(n), str(now_ms)}
  end
end
local given_back = 0
for _, part in ipairs(parts) do
  given(list, part, part.rest)
  given_back, due_ms = given_back + part.rest, sooner(due_ms, part.expires)
  vector[#vector + 1] = grant_moved(part, part.rest)
end
if given_back > math.max(0, amount) then
  return {'RANGE', 'grants'}
end
if #vector > 0 then
  granted = function()
    grants_kept(KEYS[5], KEYS[2], list, due_ms)
    if pins_ms then
      pins_kept()
    elseif #parts > 0 and due_ms <= now_ms then
      -- what comes, or comes back, to a grant that is over is pinned by nobody
      call('HDEL', KEYS[2], 'pms', 'pfree')
    end
  end
end
