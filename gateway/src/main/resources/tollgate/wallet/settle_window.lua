-- The window of an exchange is not there: where a later one is, it was over and dropped, and nothing counts. Runs inside
-- `settle_caps`, only then. A counter has a field or two for each window that is kept, however many exchanges are open.
for _, field in ipairs(call('HKEYS', key)) do
  local window = string.match(field, '^(%d+):s$')
  if window and tonumber(window) > cap.start then
    moved = 0
  end
end
