-- What a lost machine takes along is made good from the ledger; wallets that freeze by themselves.

ALTER TABLE ledger_entry ADD COLUMN froze INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX ledger_entry_n ON ledger_entry (shard, n);
CREATE INDEX ledger_entry_expiry ON ledger_entry (at_ms) WHERE kind = 'expiry';

-- made from ledger entries, since the gateway that knew more never told: replaced by what it says, should it come back
ALTER TABLE exchange ADD COLUMN reconstructed INTEGER NOT NULL DEFAULT 0;

-- entries up to this number have a row in exchange
ALTER TABLE shard ADD COLUMN recorded_n BIGINT NOT NULL DEFAULT 0;
