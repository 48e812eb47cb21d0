-- Of how many shards of Discord's gateway a process wants its part; 0: it serves all alone.
ALTER TABLE processes ADD COLUMN shards BIGINT NOT NULL DEFAULT 0;
-- 1: it gives its part away.
ALTER TABLE processes ADD COLUMN leaving BIGINT NOT NULL DEFAULT 0;

-- Who serves which shard.
CREATE TABLE shards (
    total  BIGINT NOT NULL, -- of how many
    number BIGINT NOT NULL, -- from 0
    owner  TEXT   NOT NULL, -- the process that serves it, or '' before the first
    heir   TEXT   NOT NULL, -- the process that is about to, while the owner lives, or ''
    epoch  BIGINT NOT NULL, -- how many owners it has had
    PRIMARY KEY (total, number)
);

-- Discord lets sessions begin one after the other, in so many rows beside each other. Who
-- holds a row's turn is about to begin one.
CREATE TABLE turns (
    line   BIGINT NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL
);
