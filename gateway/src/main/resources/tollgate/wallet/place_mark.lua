-- Whether the client has asked for this before: under one name, one exchange. Runs inside `place`, only where the client
-- named its request. Returns a refusal: RANGE, CORRUPT,
--   MISMATCH exchange (another request had the name), REPEATED exchange (this request had it, and is not said to have come
--   to nothing), DONE (this very exchange had it, and is over).
-- A mark lives 24 hours and only points: what its exchange came to is in that exchange's record, or in SQL. What runs
-- already and is placed again has the name, whoever seems to have it.
local mark_name = string.match(KEYS[#KEYS], '}:i:([%w_]+:[%w_-]+)$')
if not mark_name or last_argument < 17 or ARGV[#ARGV - 1] == '' or string.find(ARGV[#ARGV], '[^%w_-]') then
  return {'RANGE', 'mark'}
end
local mark = read('HMGET', KEYS[#KEYS], 'x', 'h')
if not mark or (mark[1] and not mark[2]) then
  return {'CORRUPT', 'mark'}
end
if mark[1] and not reinstate then
  if mark[1] == ARGV[4] then
    return {'DONE'}
  end
  if mark[2] ~= ARGV[#ARGV - 1] then
    return {'MISMATCH', mark[1]}
  end
  if mark[1] ~= ARGV[#ARGV] then
    return {'REPEATED', mark[1]}
  end
end
