-- What is needed to show an answer again where it was given, to replay its question, and
-- to group what could not be answered.
ALTER TABLE entries ADD COLUMN channel TEXT NOT NULL DEFAULT ''; -- where it was asked, or ''
ALTER TABLE entries ADD COLUMN private BIGINT NOT NULL DEFAULT 0; -- 1 when only who asked has seen the answer
ALTER TABLE entries ADD COLUMN story TEXT NOT NULL DEFAULT ''; -- the one that was asked, or ''
ALTER TABLE entries ADD COLUMN status TEXT NOT NULL DEFAULT ''; -- the answer's
ALTER TABLE entries ADD COLUMN topic TEXT NOT NULL DEFAULT ''; -- the question's words in normal form

CREATE INDEX entries_channel ON entries (guild, channel, asked_at);
CREATE INDEX entries_status ON entries (guild, status, asked_at);
CREATE INDEX spending_day ON spending (day);

-- What people think of answers.
CREATE TABLE feedback (
    entry    TEXT   NOT NULL,
    guild    TEXT   NOT NULL,
    member   TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    citation BIGINT NOT NULL, -- its number, or 0
    given_at BIGINT NOT NULL,
    PRIMARY KEY (entry, member, kind, citation)
);

CREATE INDEX feedback_guild ON feedback (guild, given_at);
CREATE INDEX feedback_member ON feedback (member);

-- Gaps that moderators are done with, until they are asked again.
CREATE TABLE gap_marks (
    guild        TEXT   NOT NULL,
    topic        TEXT   NOT NULL,
    dismissed_at BIGINT NOT NULL,
    PRIMARY KEY (guild, topic)
);

-- Who has changed what, and when.
CREATE TABLE acts (
    id     TEXT   NOT NULL PRIMARY KEY,
    guild  TEXT   NOT NULL,
    member TEXT   NOT NULL, -- '' in the terminal
    what   TEXT   NOT NULL,
    detail TEXT   NOT NULL,
    at     BIGINT NOT NULL
);

CREATE INDEX acts_guild ON acts (guild, at);

-- The server that a person has picked for direct messages.
CREATE TABLE picks (
    member TEXT NOT NULL PRIMARY KEY,
    guild  TEXT NOT NULL
);
