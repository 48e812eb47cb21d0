-- Whose refresh of a source is under way is told by counts, not by the clocks of several
-- machines: beats is raised by the holder as long as it lives, readings when the source has
-- been read.
ALTER TABLE sources ADD COLUMN beats BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN readings BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources DROP COLUMN held_until;

-- How often a process has begun to tell somebody; NULL: none has. When it last did, by its
-- own clock, says nothing to another machine.
ALTER TABLE wishes RENAME COLUMN claimed_at TO claims;
