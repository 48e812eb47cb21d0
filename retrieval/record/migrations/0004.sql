-- How sources are kept fresh.
ALTER TABLE sources ADD COLUMN origin TEXT NOT NULL DEFAULT 'terminal'; -- where it was added: terminal or discord
UPDATE sources SET origin = 'discord' WHERE kind IN ('attachment', 'pasted');
ALTER TABLE sources ADD COLUMN schedule TEXT NOT NULL DEFAULT ''; -- when it is read again by itself; '': never
ALTER TABLE sources ADD COLUMN due_at BIGINT; -- when that is next
ALTER TABLE sources ADD COLUMN failures BIGINT NOT NULL DEFAULT 0; -- in a row
ALTER TABLE sources ADD COLUMN days BIGINT NOT NULL DEFAULT 0; -- after its publication that a story answers; 0: for good
ALTER TABLE sources ADD COLUMN given_title TEXT NOT NULL DEFAULT ''; -- by a person: it beats what the page says
ALTER TABLE sources ADD COLUMN given_date BIGINT;
ALTER TABLE sources ADD COLUMN etag TEXT NOT NULL DEFAULT ''; -- of the copy that was read last, as last_modified
ALTER TABLE sources ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN holder TEXT NOT NULL DEFAULT ''; -- whose refresh is under way
ALTER TABLE sources ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;

CREATE INDEX sources_due ON sources (due_at);

ALTER TABLE stories ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- where it is read from, or ''
ALTER TABLE stories ADD COLUMN etag TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN mark TEXT NOT NULL DEFAULT ''; -- what its feed told of it when it was read last
ALTER TABLE stories ADD COLUMN checked_at BIGINT NOT NULL DEFAULT 0; -- when it was found to be as it is
ALTER TABLE stories ADD COLUMN withdrawn TEXT NOT NULL DEFAULT ''; -- why it does not answer any more: gone or expired
ALTER TABLE stories ADD COLUMN withdrawn_at BIGINT;

UPDATE stories SET checked_at = (SELECT checked_at FROM sources WHERE sources.id = stories.source);

ALTER TABLE revisions ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE revisions ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- BCP 47
ALTER TABLE revisions ADD COLUMN modified_at BIGINT; -- as the page says
-- What cites them was not noted before: they stay.
ALTER TABLE revisions ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;
UPDATE revisions SET kept = 1;

-- Which revisions an answer cites: they are kept as long as it is.
CREATE TABLE cited (
    entry    TEXT   NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    story    TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (entry, story, revision)
);

CREATE INDEX cited_revision ON cited (story, revision);

-- Entries of feeds that could not be read, by their keys.
CREATE TABLE failing (
    source    TEXT   NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    key       TEXT   NOT NULL,
    error     TEXT   NOT NULL,
    failures  BIGINT NOT NULL, -- in a row
    failed_at BIGINT NOT NULL,
    PRIMARY KEY (source, key)
);

-- How many addresses were fetched for a guild, by day (UTC, days since 1970).
CREATE TABLE fetches (
    guild TEXT   NOT NULL,
    day   BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (guild, day)
);
