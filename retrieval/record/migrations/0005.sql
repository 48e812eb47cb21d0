-- At which state of a guild's stories what they could not tell was last asked again: see
-- retrieval.Corpus.Version.
CREATE TABLE replays (
    guild       TEXT   NOT NULL PRIMARY KEY,
    version     TEXT   NOT NULL,
    replayed_at BIGINT NOT NULL
);

-- What came of asking a question again: the paragraph that is cited now, where there was
-- no answer, or in the place of a citation that somebody finds wrong.
CREATE TABLE findings (
    entry     TEXT   NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    citation  BIGINT NOT NULL, -- the wrong one's number in the answer, or 0
    guild     TEXT   NOT NULL, -- the entry's
    version   TEXT   NOT NULL, -- of the stories that were asked
    story     TEXT   NOT NULL, -- '': nothing new
    title     TEXT   NOT NULL,
    revision  BIGINT NOT NULL,
    paragraph BIGINT NOT NULL,
    quote     TEXT   NOT NULL,
    PRIMARY KEY (entry, citation)
);

CREATE INDEX findings_guild ON findings (guild, version);

-- Who wants to be told when a question can be answered. A wish is deleted when it is
-- fulfilled.
CREATE TABLE wishes (
    entry      TEXT   NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    member     TEXT   NOT NULL,
    guild      TEXT   NOT NULL, -- the entry's
    channel    TEXT   NOT NULL, -- where it was asked, or '' in a direct message
    language   TEXT   NOT NULL, -- that the member reads
    wished_at  BIGINT NOT NULL,
    claimed_at BIGINT, -- when a process began to tell them
    PRIMARY KEY (entry, member)
);

CREATE INDEX wishes_member ON wishes (member);
CREATE INDEX wishes_guild ON wishes (guild);

-- The guilds that have something to ask again are looked for every minute.
CREATE INDEX opinions_wrong ON opinions (guild, entry) WHERE kind = 'wrong_citation';
