-- Sets the mark of a request's name. Runs inside `set` and ends it.
if not string.find(KEYS[3], '}:i:[%w_]+:[%w_-]+$') or version < 1 or not ARGV[7] or ARGV[6] == '' or ARGV[7] == '' then
  return {'RANGE', 'mark'}
end
if read('HGET', KEYS[3], 'x') == nil then
  return {'CORRUPT', 'mark'}
end
-- writes begin here
call('HSET', KEYS[3], 'x', ARGV[6], 'h', ARGV[7])
call('EXPIRE', KEYS[3], str(math.ceil(version / 1000)))
return {'OK', str(epoch), str(n), str(now_ms)}
