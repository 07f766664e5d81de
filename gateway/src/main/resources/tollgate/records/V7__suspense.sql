-- What a person decided about a parked settlement, and what posting it takes.
-- parked -> settling (decided; the wallet may not have heard) -> settled (the ledger has it), or parked -> dropped
ALTER TABLE suspense ADD COLUMN state TEXT NOT NULL DEFAULT 'parked';
ALTER TABLE suspense ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE suspense ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE suspense ADD COLUMN decided_ms BIGINT;
ALTER TABLE suspense ADD COLUMN tokens BIGINT NOT NULL DEFAULT 0;
ALTER TABLE suspense ADD COLUMN came INTEGER NOT NULL DEFAULT 1;
ALTER TABLE suspense ADD COLUMN caps TEXT NOT NULL DEFAULT '';
ALTER TABLE suspense ADD COLUMN estimated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE suspense ADD COLUMN reference TEXT NOT NULL DEFAULT '';
CREATE INDEX suspense_state ON suspense (state);
