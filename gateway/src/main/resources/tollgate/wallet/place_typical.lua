-- A hold below what its exchange can come to. Runs inside `place`, only where these two arguments are there: the most that
-- the exchange can come to, and how far the overruns of a wallet may go. Sets `worst` and `risk`, what the wallet's open holds
-- can overrun by together, and raises `least` and `want` by what past overruns and that leave no room for; or returns RANGE
-- or CORRUPT.
worst = int(ARGV[last_argument + 1])
local most = int(ARGV[last_argument + 2])
if not (worst and most) or worst < want or most < 0 then
  return {'RANGE', 'typical'}
end
local ran = read('HMGET', KEYS[3], 'over', 'risk')
local over = ran and int(ran[1] or '0')
risk = ran and int(ran[2] or '0')
if not (over and risk) or over < 0 or risk < 0 then
  return {'CORRUPT', 'wallet'}
end
if not reinstate then
  least = math.max(least, worst - math.max(0, most - over - risk))
  want = math.max(want, least)
end
