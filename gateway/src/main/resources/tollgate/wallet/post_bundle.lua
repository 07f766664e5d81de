-- Gives tokens back to the bundle that a refunded exchange took them of, in the window that it took them in. Runs inside
-- `post`, only of a refund that says so. Sets `returned` (how to write it) and adds to `vector`; or returns RANGE or CORRUPT.
-- A window that is gone is left alone.
local tag = string.match(KEYS[1], '^(.*:)m$')
local name = string.sub(KEYS[6], 1, #tag + 2) == tag .. 'c:' and string.match(KEYS[6], '^[%w_]+:[%w_]+$', #tag + 3)
local start, tokens = string.match(ARGV[14], '^(%d+),(%d+)$')
tokens = int(tokens)
if kind ~= 'refund' or not name or not int(start) or not tokens or tokens < 1 then
  return {'RANGE', 'bundle'}
end
local counted = read('HGET', KEYS[6], start .. ':s')
local spent = counted ~= nil and int(counted or '0')
if not spent or spent < 0 then
  return {'CORRUPT', 'cap ' .. name}
end
local part = math.min(tokens, spent)
vector[#vector + 1] = name .. ',b,' .. start .. ',' .. str(-part) .. (counted and '' or ',gone')
returned = function()
  if part > 0 then
    call('HSET', KEYS[6], start .. ':s', str(spent - part))
  end
end
