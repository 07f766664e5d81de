-- Of a job's answer clients may have had some: it is owed whatever its provider says in the end. And which shard its hold is in, so
-- that holds which a Redis has lost are put back before anything new; jobs of an earlier release may be in any.
ALTER TABLE job ADD COLUMN relayed TEXT;
ALTER TABLE job ADD COLUMN relayed_bytes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN shard INTEGER;
