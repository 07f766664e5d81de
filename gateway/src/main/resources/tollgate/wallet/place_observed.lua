-- Ends a `place` of an exchange that nothing is enforced upon: its record says so, and what would have refused it.
let = let and table.concat(let, ',') or ''
call('HSET', KEYS[4], 'let', let)
return {'OK', str(granted), told(available - granted), str(expires), str(tokens), kept, table.concat(used, ';'), let, str(epoch),
  str(n), str(now_ms)}
