-- A rate: GCRA as a bucket that leaks, in whole numbers. Each request pours in `step`, the ms of its period, and `limit` runs
-- out every ms; there is room for `limit` requests. It holds nothing, so a hold that is placed again leaves it alone.
if step < 1 or limit * step > MOST or reinstate then
  return {'RANGE', 'cap ' .. i}
end
known = read('HMGET', key, 'v', 'gone', 'lvl', 'at')
if not known then
  return {'CORRUPT', 'cap ' .. name}
end
local level, since = int(known[3] or '0'), int(known[4] or '0')
if not (level and since) or level < 0 or since < 0 then
  return {'CORRUPT', 'cap ' .. name}
end
-- a product beyond what doubles hold exactly is beyond any level, too
level = math.max(0, level - math.max(0, now_ms - since) * limit)
-- where nothing is enforced it may be full and more comes: it is no fuller than full
cap.level = math.max(level, math.min(level + step, limit * step))
if level + step > limit * step then
  full = {'CAP', str(i), str(limit), str(math.ceil(level / step)), '0',
    str(limit > 0 and now_ms + math.ceil((level + step - limit * step) / limit) or MOST), str(now_ms)}
end
