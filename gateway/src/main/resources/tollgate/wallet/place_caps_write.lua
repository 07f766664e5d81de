-- Sets each cap's part aside, in the window that was found. Nothing is refused any more.
local kept, used = {}, {}
for i, cap in ipairs(caps) do
  -- of a bundle that has nothing left nothing is noted
  if cap.part ~= 0 or cap.noted then
    local part = cap.part or cap.unit == 'u' and granted or cap.unit == 't' and tokens or cap.unit == 'f'
        and math.min(tokens, cap.limit) or 1
    local key, held = cap.key, str(cap.held + part)
    if cap.level then
      call('HSET', key, 'lvl', str(cap.level), 'at', str(now_ms))
    elseif cap.step > 0 then
      if cap.left == 'all' then
        for bucket = 0, 60 do
          call('HDEL', key, 'b' .. str(bucket))
        end
      elseif cap.left and #cap.left > 0 then
        call('HDEL', key, unpack(cap.left))
      end
      call('HSET', key, 'h', held, 's', str(cap.spent), 'k', str(cap.newest))
    elseif cap.opens then
      -- windows that are over and hold nothing are of no use any more; into a month that nothing holds its exchanges may still
      -- settle, for two more
      local oldest = tonumber(cap.first) - (cap.noted and 5400000000 or 0)
      local fields = call('HGETALL', key)
      for f = 1, #fields, 2 do
        local window = string.match(fields[f], '^(%d+):h$')
        if window and fields[f + 1] == '0' and tonumber(window) < oldest then
          call('HDEL', key, fields[f], window .. ':s')
        end
      end
      call('HSET', key, cap.first .. ':s', '0', cap.first .. ':h', held)
    else
      call('HSET', key, cap.first .. ':h', held)
    end
    if cap.new then
      call('HSET', key, 'v', str(cap.version), 'rv', str(cap.reset), 'rn', str(n))
    elseif cap.raise then
      call('HSET', key, 'v', str(cap.version))
    end
    if not cap.level then
      kept[#kept + 1] = table.concat({cap.name, cap.unit, str(cap.step), cap.first, str(cap.noted or part)}, ',')
    end
    if cap.used then
      used[#used + 1] = i .. ',' .. str(cap.level or cap.used + part)
    end
  end
end
kept = table.concat(kept, ';')
