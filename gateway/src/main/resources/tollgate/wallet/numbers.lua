-- Amounts are decimal integers of nano-USD within ±9e15, which Lua's doubles hold exactly. They come and go as strings
-- made by `str`: a Lua number put through tostring or .. loses digits above 1e14.
local MOST = 9000000000000000
local call, find, format = redis.call, string.find, string.format

-- The reply of a reading command, or nil where the key is of another type than it reads: every key is looked at so
-- before the first write, since Redis does not roll back.
local function read(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    return nil
  end
  return reply
end

-- The number a string says, or nil where it is anything but such an integer as `str` writes it.
local function int(text)
  if text == '0' then
    return 0
  end
  if type(text) ~= 'string' or #text > 17 or not find(text, '^%-?[1-9]%d*$') then
    return nil
  end
  local number = tonumber(text)
  if number > MOST or number < -MOST then
    return nil
  end
  return number
end

-- Whether what a caller states is 1 or 0.
local function flag(text)
  return text == '1' or text == '0'
end

-- Whether every key is there, of the shard of the first one, and so many arguments too.
local function complete(keys, arguments)
  local shard, count, sub = KEYS[1], #KEYS, string.sub
  if count < keys or #ARGV < arguments or #shard < 5 or sub(shard, -3) ~= '}:m' then
    return false
  end
  local length = #shard - 1
  local tag = sub(shard, 1, length)
  for i = 2, count do
    if sub(KEYS[i], 1, length) ~= tag then
      return false
    end
  end
  return sub(tag, 1, 1) == '{'
end

-- The string of an integer; never '-0'.
local function str(number)
  if number == 0 then
    return '0'
  end
  return format('%.0f', number)
end

-- What is available, as a reply may say it: what is held may take a debt beyond all amounts.
local function told(available)
  return str(math.max(available, -MOST))
end
