-- Who is at a request with an Idempotency-Key, and what the thing it makes is to be called: minted with the row.
DELETE FROM idempotent_request WHERE answer = '';
ALTER TABLE idempotent_request ADD COLUMN worker TEXT NOT NULL DEFAULT '';
ALTER TABLE idempotent_request ADD COLUMN name TEXT NOT NULL DEFAULT '';
