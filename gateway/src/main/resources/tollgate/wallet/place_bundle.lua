-- What a bundle of tokens has left for the exchange: it never refuses. Runs inside `place_caps`, only for a bundle, which is
-- asked first. Sets `cap.part` (tokens set aside: what the exchange can come to, as far as there are any; one that is placed
-- again has what it had), and with a table lowers `least`, `want` and `granted` to what has to be held where so many tokens
-- are paid for; or returns RANGE.
local most = reinstate and limit or math.max(tokens_least, tokens_want)
cap.part = math.max(0, math.min(most, reinstate and limit or limit - spent - held))
if held + cap.part > MOST then
  return {'RANGE', 'held by cap ' .. name}
end
if table_of then
  local enough, less_least, less_want = -1, least, want
  for entry in string.gmatch(table_of .. ';', '([^;]*);') do
    local tokens_there, least_then, want_then = string.match(entry, '^(%d+),(%d+),(%d+)$')
    tokens_there, least_then, want_then = int(tokens_there), int(least_then), int(want_then)
    if not (tokens_there and least_then and want_then) or tokens_there <= enough or least_then > less_least
        or want_then > less_want then
      return {'RANGE', 'table of the bundle'}
    end
    enough, less_least, less_want = tokens_there, least_then, want_then
    if cap.part >= enough then
      least, want, granted = less_least, less_want, less_want
    end
  end
end
