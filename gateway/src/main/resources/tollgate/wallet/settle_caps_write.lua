-- Moves what the caps held to what they spent. Nothing is refused any more.
for _, cap in ipairs(caps) do
  local key = cap.key
  if cap.writes then
    if cap.newest and cap.writes[7] then
      call('HDEL', key, unpack(cap.left))
    end
    call('HSET', key, unpack(cap.writes))
  end
  if cap.gone then
    -- the cap was removed: its counter goes with the last hold
    local fields, busy = call('HGETALL', key), false
    for f = 1, #fields, 2 do
      if string.find(fields[f], 'h$') and fields[f + 1] ~= '0' then
        busy = true
      end
    end
    if not busy then
      call('DEL', key)
    end
  end
end
