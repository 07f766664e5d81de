-- What providers keep (responses, their items, conversations, stored completions), and whose it is: all projects share the
-- account there.
CREATE TABLE provider_object (
    upstream TEXT NOT NULL,
    id       TEXT NOT NULL,
    kind     TEXT NOT NULL,
    owner    TEXT NOT NULL,
    live     INTEGER NOT NULL,
    exchange TEXT NOT NULL,
    made_ms  BIGINT NOT NULL,
    PRIMARY KEY (id, upstream)
);

-- Answers that providers make while nobody waits (background): each has its hold, and is retrieved until it can be settled.
CREATE TABLE job (
    exchange    TEXT PRIMARY KEY,
    upstream    TEXT NOT NULL,
    object      TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    facts       TEXT NOT NULL,
    asked       TEXT NOT NULL,
    until_ms    BIGINT NOT NULL,
    settled     INTEGER NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_ms    BIGINT NOT NULL
);
CREATE INDEX job_open ON job (lease_ms) WHERE settled = 0;
CREATE INDEX job_object ON job (object);
