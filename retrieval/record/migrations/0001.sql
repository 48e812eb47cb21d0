-- Times are Unix milliseconds and ids are made in Go, so that the same
-- statements serve SQLite and PostgreSQL.

CREATE TABLE storybot_migrations (
    version    BIGINT NOT NULL PRIMARY KEY,
    applied_at BIGINT NOT NULL
);

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- version counts the changes to a guild's stories: whatever is derived from
-- them is stale when it was made at another version.
CREATE TABLE guilds (
    id      TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE sources (
    id         TEXT   NOT NULL PRIMARY KEY,
    guild      TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    title      TEXT   NOT NULL,
    location   TEXT   NOT NULL,
    error      TEXT   NOT NULL,
    added_at   BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    UNIQUE (guild, location)
);

CREATE TABLE stories (
    id       TEXT   NOT NULL PRIMARY KEY,
    source   TEXT   NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    key      TEXT   NOT NULL,
    revision BIGINT NOT NULL, -- the newest
    added_at BIGINT NOT NULL,
    UNIQUE (source, key)
);

-- A revision is never rewritten: what was cited stays readable as it was.
CREATE TABLE revisions (
    story        TEXT   NOT NULL REFERENCES stories (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    title        TEXT   NOT NULL,
    url          TEXT   NOT NULL,
    published_at BIGINT, -- unknown when NULL
    hash         TEXT   NOT NULL,
    revised_at   BIGINT NOT NULL,
    PRIMARY KEY (story, number)
);

CREATE INDEX revisions_title ON revisions (title);

CREATE TABLE paragraphs (
    story    TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    heading  TEXT   NOT NULL,
    text     TEXT   NOT NULL,
    PRIMARY KEY (story, revision, number),
    FOREIGN KEY (story, revision) REFERENCES revisions (story, number) ON DELETE CASCADE
);
