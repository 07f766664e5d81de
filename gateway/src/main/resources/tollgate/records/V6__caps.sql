-- Who shares what: teams, members and projects of an organisation; and the caps above them.

ALTER TABLE organisation ADD COLUMN zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE organisation ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN frozen INTEGER NOT NULL DEFAULT 0;

CREATE TABLE team (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    name         TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    UNIQUE (organisation, name)
);

CREATE TABLE member (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    team         TEXT REFERENCES team (id),
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    created_ms   BIGINT NOT NULL
);
CREATE INDEX member_team ON member (team);

CREATE TABLE project (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    team         TEXT REFERENCES team (id),
    name         TEXT NOT NULL,
    created_ms   BIGINT NOT NULL,
    UNIQUE (organisation, name)
);

-- `most` is nano-USD, tokens or requests by `unit`; `version` rises with every change, `reset` is the one of the last reset
CREATE TABLE cap (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL REFERENCES organisation (id),
    scope        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    unit         TEXT NOT NULL,
    most         BIGINT NOT NULL,
    per          TEXT NOT NULL,
    rolling      INTEGER NOT NULL,
    service      TEXT NOT NULL,
    model        TEXT NOT NULL,
    version      BIGINT NOT NULL,
    reset        BIGINT NOT NULL,
    created_ms   BIGINT NOT NULL,
    removed_ms   BIGINT
);
CREATE INDEX cap_subject ON cap (scope, subject);

-- by how much an entry moved the counters of caps
ALTER TABLE ledger_entry ADD COLUMN caps TEXT NOT NULL DEFAULT '';
