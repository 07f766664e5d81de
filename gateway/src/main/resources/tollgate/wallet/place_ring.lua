-- When enough of a rolling cap's buckets are gone for `need` to fit; where even all are too little, when all are gone.
local over, oldest, newest = need + spent + held - limit, cap.newest - 60, cap.newest
local slots = {}
for bucket = oldest, newest do
  slots[#slots + 1] = 'b' .. str(bucket % 61)
end
local amounts = cap.left ~= 'all' and call('HMGET', key, unpack(slots)) or {}
local left = {}
for _, slot in ipairs(cap.left and cap.left ~= 'all' and cap.left or {}) do
  left[slot] = true
end
resets = (newest + 61) * step
for bucket = oldest, newest do
  local slot = slots[bucket - oldest + 1]
  over = over - (not left[slot] and int(amounts[bucket - oldest + 1] or '0') or 0)
  if over <= 0 then
    resets = (bucket + 61) * step
    break
  end
end
