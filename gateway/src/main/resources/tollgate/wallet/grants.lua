-- Promotional money of a wallet: field i is the i-th that is spent, `id,expires ms,priority,rest`, in the order of priority,
-- expiry and id. The wallet's `nexp` says when the next one may be due; 0: none is left; absent: there never was one.
-- What is over and held by open holds is pinned: `pms` says since when, `pfree` what holds that were placed before have left.
local function grant_of(text)
  local id, expires, priority, rest = string.match(text, '^([%w_]+),(%d+),(%d+),(%d+)$')
  local grant = {id = id, expires = int(expires), priority = int(priority), rest = int(rest)}
  return grant.expires and grant.priority and grant.rest and grant or nil
end
local function grant_text(grant)
  return table.concat({grant.id, str(grant.expires), str(grant.priority), str(grant.rest)}, ',')
end

-- The grants of `id,expires ms,priority,amount;..`, or nil where it is something else.
local function parts_of(text)
  local parts = {}
  for part in string.gmatch(text == '' and '' or text .. ';', '([^;]*);') do
    parts[#parts + 1] = grant_of(part)
    local last = parts[#parts]
    if not last or last.rest == 0 or #parts > 1000 or part ~= grant_text(last) then
      return nil
    end
  end
  return parts
end
local function parts_text(parts)
  local all = {}
  for _, part in ipairs(parts) do
    if part.rest > 0 then
      all[#all + 1] = grant_text(part)
    end
  end
  return table.concat(all, ';')
end

-- The grants of a wallet as HGETALL says them, or nil where they are damaged.
local function grants_of(fields)
  local list = {}
  for f = 1, #fields, 2 do
    local i, grant = int(fields[f]), grant_of(fields[f + 1])
    if not (i and i > 0 and grant) then
      return nil
    end
    list[i] = grant
  end
  for i = 1, #fields / 2 do
    if not list[i] then
      return nil
    end
  end
  return list
end

-- Gives an amount to a grant, which comes back to its place where it was used up.
local function given(list, part, amount)
  local at = 1
  for i, grant in ipairs(list) do
    if grant.id == part.id then
      grant.rest = grant.rest + amount
      return
    end
    if grant.priority < part.priority or (grant.priority == part.priority and (grant.expires < part.expires
        or (grant.expires == part.expires and grant.id < part.id))) then
      at = i + 1
    end
  end
  table.insert(list, at, {id = part.id, expires = part.expires, priority = part.priority, rest = amount})
end

-- How an entry says that a grant moved.
local function grant_moved(grant, amount)
  return table.concat({grant.id, 'g', str(grant.expires), str(amount), str(grant.priority)}, ',')
end

-- Takes up to `amount` from the grants that were not over at `when_ms`, and says from which in `moves`, and in `taken`.
local function burn(list, amount, when_ms, moves, taken)
  for _, grant in ipairs(list) do
    local part = when_ms < grant.expires and math.min(amount, grant.rest) or 0
    if part > 0 then
      grant.rest, amount = grant.rest - part, amount - part
      moves[#moves + 1] = grant_moved(grant, -part)
      local last = taken[#taken]
      if last and last.id == grant.id then
        last.rest = last.rest + part
      else
        taken[#taken + 1] = {id = grant.id, expires = grant.expires, priority = grant.priority, rest = part}
      end
    end
  end
end

-- Whether a key is that of the wallet's grants.
local function grants_key(key, wallet)
  local tag = string.match(KEYS[1], '^(.*:)m$')
  return tag and key == tag .. 'g:' .. string.sub(wallet, #tag + 3)
end

local function sooner(due_ms, expires)
  return due_ms == 0 and expires or math.min(due_ms, expires)
end

-- Writes what is left of them, in their order.
local function grants_kept(key, wallet, list, due_ms)
  local all = {}
  for _, grant in ipairs(list) do
    if grant.rest > 0 then
      all[#all + 1] = str(#all / 2 + 1)
      all[#all + 1] = grant_text(grant)
    end
  end
  call('DEL', key)
  if #all > 0 then
    call('HSET', key, unpack(all))
  end
  call('HSET', wallet, 'nexp', str(#all == 0 and 0 or due_ms))
  if #all == 0 then
    call('HDEL', wallet, 'pms', 'pfree')
  end
end
