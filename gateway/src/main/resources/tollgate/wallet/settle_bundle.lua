-- What the exchange takes of the tokens that a bundle had set aside for it: no more than that. Runs inside `settle_caps`.
-- An expiry keeps all of them from others until the last word says how many were used: none is ever given twice.
local reserved = int(part)
if not reserved then
  return {'CORRUPT', 'caps of the exchange'}
end
local before = 0
if status == 'EXPIRED' then
  before = reserved
elseif status == 'FINAL' and counted[2] then
  before = math.min(reserved, tokens_captured)
elseif status ~= 'OPEN' then
  before = math.min(reserved, bundle_captured)
end
moved = (mode == 'expire' and reserved or math.min(reserved, tokens)) - before
