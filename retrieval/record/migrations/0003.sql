-- Where a question was asked and of which story, so that it can be asked again, and what
-- came of it.
ALTER TABLE entries ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN private BIGINT NOT NULL DEFAULT 0; -- 1: only who asked has seen it
ALTER TABLE entries ADD COLUMN story TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN topic TEXT NOT NULL DEFAULT ''; -- what gaps are grouped by

-- What was kept before has its own words for a topic.
UPDATE entries SET topic = standalone WHERE kind = 'ask';

CREATE INDEX entries_channel ON entries (guild, channel, asked_at) WHERE kind = 'ask' AND private = 0;
-- It holds all that a list of gaps is made of: the rows themselves are long.
CREATE INDEX entries_gaps ON entries (guild, topic, asked_at, member, id) WHERE kind = 'ask' AND status = 'not_in_stories';

-- What people think of answers.
CREATE TABLE opinions (
    entry    TEXT   NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    guild    TEXT   NOT NULL, -- the entry's
    member   TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    citation BIGINT NOT NULL, -- its number in the answer, or 0
    given_at BIGINT NOT NULL,
    PRIMARY KEY (entry, member, kind, citation)
);

CREATE INDEX opinions_guild ON opinions (guild, given_at);
CREATE INDEX opinions_missed ON opinions (guild, entry) WHERE kind = 'missed';
CREATE INDEX opinions_member ON opinions (member);

-- Gaps that moderators have dealt with: what was asked until then counts no more.
CREATE TABLE gap_marks (
    guild        TEXT   NOT NULL,
    topic        TEXT   NOT NULL,
    dismissed_at BIGINT NOT NULL,
    PRIMARY KEY (guild, topic)
);

-- The audit log: what moderators, and the operator in the terminal, have changed. A
-- guild's acts are numbered in their order.
CREATE TABLE acts (
    guild    TEXT   NOT NULL,
    number   BIGINT NOT NULL,
    member   TEXT   NOT NULL, -- who, or '' for the terminal
    what     TEXT   NOT NULL,
    detail   TEXT   NOT NULL,
    acted_at BIGINT NOT NULL,
    PRIMARY KEY (guild, number)
);

-- Which guild's stories people have picked for direct messages.
CREATE TABLE picks (
    member TEXT NOT NULL PRIMARY KEY,
    guild  TEXT NOT NULL
);
