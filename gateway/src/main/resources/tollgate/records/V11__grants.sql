-- Promotional money, and refunds that name what they are of.

-- of a grant its own terms, of a refund the grants that it goes back to: `id,expires,priority,amount;…`
ALTER TABLE posting ADD COLUMN grants TEXT NOT NULL DEFAULT '';
-- of a refund
ALTER TABLE posting ADD COLUMN exchange TEXT NOT NULL DEFAULT '';
CREATE INDEX posting_exchange ON posting (exchange) WHERE exchange <> '';

-- what the ledger's entries leave of each grant; `priority`: the lowest is spent first
CREATE TABLE wallet_grant (
    id         TEXT PRIMARY KEY,
    wallet     TEXT NOT NULL,
    given      BIGINT NOT NULL,
    rest       BIGINT NOT NULL,
    priority   INTEGER NOT NULL,
    expires_ms BIGINT NOT NULL,
    reference  TEXT NOT NULL,
    at_ms      BIGINT NOT NULL
);
CREATE INDEX wallet_grant_wallet ON wallet_grant (wallet);
CREATE INDEX wallet_grant_rest ON wallet_grant (expires_ms) WHERE rest > 0;
