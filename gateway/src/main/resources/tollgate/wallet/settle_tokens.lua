-- The tokens of the exchange in all, and those that are counted already.
local came = ARGV[19] == '1'
local counted = read('HMGET', KEYS[3], 'ta', 'tc', 'tg')
if mode == 'expire' then
  tokens, tokens_captured = int(counted[1] or '0'), 0
  local granted = int(counted[3] or '0')
  tokens = tokens and granted and math.min(tokens, granted)
else
  tokens = int(ARGV[18] or '')
  -- what was booked again from SQL has no count of its own
  local told = (mode == 'replay' or by_hand) and not counted[2]
  tokens_captured = (status == 'EXPIRED' or status == 'FINAL') and not told and int(counted[2] or '0')
    or told and int(ARGV[17] or '') or 0
  if not tokens or tokens < 0 or not tokens_captured or tokens_captured < -1 then
    return {'RANGE', 'tokens'}
  end
  tokens_captured = math.max(0, tokens_captured)
end
if not tokens or not tokens_captured then
  return {'CORRUPT', 'tokens of the exchange'}
end
