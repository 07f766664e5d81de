-- Amounts are decimal integers of nano-USD within ±9e15, which Lua's doubles hold exactly. They come and go as strings
-- and are only ever added by HINCRBY: a Lua number put through tostring or .. loses digits above 1e14.
local MOST = 9000000000000000

-- The number a string says, or nil where it is anything but such an integer.
local function int(text)
  if type(text) ~= 'string' or #text > 17 or not string.match(text, '^%-?%d+$') or string.match(text, '^%-0+$') then
    return nil
  end
  local number = tonumber(text)
  if number > MOST or number < -MOST then
    return nil
  end
  return number
end

-- The string of an integer; never '-0', which HINCRBY refuses.
local function str(number)
  if number == 0 then
    return '0'
  end
  return string.format('%.0f', number)
end
