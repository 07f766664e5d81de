-- What a posting does with promotional money. Runs inside `post`, only where the wallet has or had grants, or gets some.
-- Sets `granted` (how to write them) and `vector`, and `amount` of an expiry; or returns a refusal; or ends an expiry that
-- takes nothing.
--@include grants.lua
if not grants_key(KEYS[5], KEYS[2]) then
  return {'RANGE', 'key of the grants'}
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
  if #parts ~= 1 or grant.rest ~= amount or grant.expires <= now_ms or grant.priority > 100 then
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
  local left = math.max(0, balance - held)
  due_ms = MOST
  for _, grant in ipairs(list) do
    if grant.expires <= now_ms then
      local part = math.min(grant.rest, left)
      if part > 0 then
        grant.rest, left, amount = grant.rest - part, left - part, amount - part
        vector[#vector + 1] = grant_moved(grant, -part)
      end
      -- the rest is pinned by open holds: it is asked for again
      due_ms = math.min(due_ms, grant.rest > 0 and now_ms + 60000 or MOST)
    else
      due_ms = math.min(due_ms, grant.expires)
    end
  end
  if amount == 0 then
    -- writes begin here
    call('HSET', KEYS[2], 'nexp', str(#list == 0 and 0 or due_ms))
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
  end
end
