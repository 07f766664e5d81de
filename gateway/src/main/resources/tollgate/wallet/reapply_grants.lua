-- Moves promotional money again as the entry says. Runs inside `reapply`, only where the entry moved some. Sets `granted` (how
-- to write it), or returns CORRUPT or RANGE. Less than was taken says that the books differ.
--@include grants.lua
if not grants_key(KEYS[5], KEYS[2]) then
  return {'RANGE', 'key of the grants'}
end
local fields = read('HGETALL', KEYS[5])
local list = fields and grants_of(fields)
if not list then
  return {'CORRUPT', 'grants'}
end
for part in string.gmatch(ARGV[19] .. ';', '([^;]*);') do
  local id, expires, priority, moved = string.match(part, '^([%w_]+),(%d+),(%d+),(%-?%d+)$')
  local grant = {id = id, expires = int(expires), priority = int(priority)}
  local amount = int(moved)
  if not (grant.expires and grant.priority and amount) or amount == 0 then
    return {'RANGE', 'grants'}
  end
  given(list, grant, amount)
end
local due_ms = 0
for _, grant in ipairs(list) do
  if grant.rest < 0 then
    differs, grant.rest = '1', 0
  elseif grant.rest > 0 then
    due_ms = sooner(due_ms, grant.expires)
  end
end
granted = function()
  grants_kept(KEYS[5], KEYS[2], list, due_ms)
end
