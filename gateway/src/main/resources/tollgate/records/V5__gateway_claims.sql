-- Several gateways on one Redis and these books: who runs where, and how far each is with a shard opened anew.

-- of the data directory's lock: who holds that knows that its predecessor is dead
ALTER TABLE gateway ADD COLUMN place TEXT NOT NULL DEFAULT '';

-- the highest epoch in which a gateway found that Redis has less than it had been told
ALTER TABLE shard ADD COLUMN doubted BIGINT NOT NULL DEFAULT 0;

-- the epoch in which a gateway has placed its open holds again and sent its journal
CREATE TABLE reinstated (
    gateway TEXT NOT NULL,
    shard   INTEGER NOT NULL,
    epoch   BIGINT NOT NULL,
    PRIMARY KEY (gateway, shard)
);
