-- What an open hold that ends pinned of grants that are over (H52). Runs inside `settle` in its reading half, where the wallet has
-- or had grants. Sets `unpinned`, what is to be written for it, or returns CORRUPT. Only a hold that was placed before
-- pins: what it leaves may expire at once, before anybody new can hold it.
local pinned = read('HMGET', KEYS[2], 'pms', 'pfree')
if not pinned then
  return {'CORRUPT', 'wallet'}
end
if pinned[1] then
  local since, freed, placed_ms = int(pinned[1]), int(pinned[2] or '0'), int(read('HGET', KEYS[3], 'pl') or '0')
  if not (since and freed and placed_ms) then
    return {'CORRUPT', 'pinned'}
  end
  if placed_ms < since then
    unpinned = {'pfree', str(math.min(MOST, freed + math.max(0, set_aside - total))), 'nexp', str(now_ms)}
  end
end
