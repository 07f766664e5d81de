-- What people did by their own word, who and why; and the models that nobody may use.

-- `id` begins with the time, so that its order is that of what was done
CREATE TABLE audit_entry (
    id           TEXT PRIMARY KEY,
    at_ms        BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    action       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    reason       TEXT NOT NULL
);
CREATE INDEX audit_entry_subject ON audit_entry (subject, id);

-- `model` may be a pattern; `organisation` is empty where it is meant for all
CREATE TABLE model_freeze (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    model        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    UNIQUE (organisation, model)
);

-- Money that somebody asked to move, where somebody else has to agree: waiting -> approved, rejected or expired. With
-- `approved` its posting is kept, in the same transaction.
CREATE TABLE approval (
    id         TEXT PRIMARY KEY,
    entry      TEXT NOT NULL,
    wallet     TEXT NOT NULL REFERENCES wallet (id),
    kind       TEXT NOT NULL,
    amount     BIGINT NOT NULL,
    force      INTEGER NOT NULL,
    reference  TEXT NOT NULL,
    grants     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    asked_ms   BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    state      TEXT NOT NULL,
    decider    TEXT NOT NULL,
    note       TEXT NOT NULL,
    decided_ms BIGINT
);
CREATE UNIQUE INDEX approval_entry ON approval (entry) WHERE state IN ('waiting', 'approved');
CREATE INDEX posting_actor ON posting (actor, asked_ms);

-- whoever moves money by their own word does so one at a time: what they moved lately is summed
CREATE TABLE mover (
    actor TEXT PRIMARY KEY,
    turns BIGINT NOT NULL
);

-- statements go by time
CREATE INDEX ledger_entry_wallet_at ON ledger_entry (wallet, at_ms, seq);
CREATE INDEX exchange_wallet_started ON exchange (wallet, started_ms);
