-- Moves what the caps held to what they spent. Nothing is refused any more.
for _, cap in ipairs(caps) do
  local key = cap.key
  if cap.spent then
    call('HSET', key, cap.spent_field, cap.spent)
  end
  if cap.bucket then
    call('HSET', key, cap.bucket_field, cap.bucket)
  end
  if cap.held then
    call('HSET', key, cap.held_field, cap.held)
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
