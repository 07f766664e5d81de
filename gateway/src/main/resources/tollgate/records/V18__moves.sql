-- Organisations that move from one shard to another.

-- nothing new is admitted, and no wallet made, until it has arrived or the move is given up
ALTER TABLE organisation ADD COLUMN moving INTEGER NOT NULL DEFAULT 0;

-- `number`: the organisation's policy number as the move began; `after_n`: entries of the move in `from_shard` come behind it
-- moving -> leaving -> arriving -> done, or moving -> given_up
CREATE TABLE org_move (
    organisation TEXT NOT NULL REFERENCES organisation (id),
    number       BIGINT NOT NULL,
    from_shard   INTEGER NOT NULL,
    to_shard     INTEGER NOT NULL,
    step         TEXT NOT NULL,
    after_n      BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    started_ms   BIGINT NOT NULL,
    until_ms     BIGINT NOT NULL,
    ended_ms     BIGINT,
    PRIMARY KEY (organisation, number)
);
CREATE INDEX org_move_step ON org_move (step);
