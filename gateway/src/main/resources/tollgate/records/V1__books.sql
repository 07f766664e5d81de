-- The books. Amounts are nano-USD (1e-9 USD). Runs on SQLite and on PostgreSQL alike.

CREATE TABLE organisation (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    shard      INTEGER NOT NULL,
    policy     BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

CREATE TABLE wallet (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    name         TEXT NOT NULL,
    live         INTEGER NOT NULL,
    state        TEXT NOT NULL,
    version      BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL
);

CREATE TABLE api_key (
    id             TEXT PRIMARY KEY,
    hash           TEXT NOT NULL UNIQUE,
    display        TEXT NOT NULL,
    name           TEXT NOT NULL,
    wallet         TEXT NOT NULL REFERENCES wallet (id),
    member         TEXT,
    project        TEXT,
    allowed_models TEXT NOT NULL,
    created_ms     BIGINT NOT NULL,
    expires_ms     BIGINT,
    revoked_ms     BIGINT
);
CREATE INDEX api_key_wallet ON api_key (wallet);

-- Money asked to move: booked in the wallet by the entry of the same id, retired when the drain has seen that entry.
CREATE TABLE posting (
    entry      TEXT PRIMARY KEY,
    wallet     TEXT NOT NULL REFERENCES wallet (id),
    kind       TEXT NOT NULL,
    amount     BIGINT NOT NULL,
    force      INTEGER NOT NULL,
    reference  TEXT NOT NULL,
    actor      TEXT NOT NULL,
    asked_ms   BIGINT NOT NULL,
    refused    TEXT
);

CREATE TABLE exchange (
    id           TEXT PRIMARY KEY,
    wallet       TEXT NOT NULL,
    api_key      TEXT NOT NULL,
    live         INTEGER NOT NULL,
    service      TEXT NOT NULL,
    model        TEXT NOT NULL,
    answered     TEXT,
    ended        TEXT NOT NULL,
    payer        TEXT NOT NULL,
    estimated    INTEGER NOT NULL,
    charge       BIGINT NOT NULL,
    cost         BIGINT NOT NULL,
    status       INTEGER NOT NULL,
    started_ms   BIGINT NOT NULL,
    finished_ms  BIGINT NOT NULL,
    fingerprint  TEXT NOT NULL,
    record       TEXT NOT NULL
);
CREATE INDEX exchange_wallet ON exchange (wallet, finished_ms);
CREATE INDEX exchange_key ON exchange (api_key, finished_ms);

CREATE TABLE ledger_entry (
    entry        TEXT PRIMARY KEY,
    wallet       TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    shard        INTEGER NOT NULL,
    n            BIGINT NOT NULL,
    epoch        BIGINT NOT NULL,
    kind         TEXT NOT NULL,
    exchange     TEXT NOT NULL,
    amount       BIGINT NOT NULL,
    balance      BIGINT NOT NULL,
    shortfall    BIGINT NOT NULL,
    at_ms        BIGINT NOT NULL,
    fingerprint  TEXT NOT NULL,
    estimated    INTEGER NOT NULL,
    reference    TEXT NOT NULL,
    actor        TEXT NOT NULL,
    UNIQUE (wallet, seq)
);
CREATE INDEX ledger_entry_exchange ON ledger_entry (exchange);

CREATE TABLE shard (
    shard       INTEGER PRIMARY KEY,
    line        TEXT NOT NULL,
    epoch       BIGINT NOT NULL,
    intended    BIGINT NOT NULL,
    n           BIGINT NOT NULL,
    stream_id   TEXT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_ms    BIGINT NOT NULL
);

CREATE TABLE gateway (
    id      TEXT PRIMARY KEY,
    boot    BIGINT NOT NULL,
    nonce   TEXT NOT NULL,
    seen_ms BIGINT NOT NULL
);

-- Settlements that the wallet will always refuse: a person has to look.
CREATE TABLE suspense (
    exchange  TEXT PRIMARY KEY,
    wallet    TEXT NOT NULL,
    total     BIGINT NOT NULL,
    reason    TEXT NOT NULL,
    at_ms     BIGINT NOT NULL
);
