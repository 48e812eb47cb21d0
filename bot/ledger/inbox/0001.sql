-- Times are Unix milliseconds and names are made in Go, so that the same
-- statements serve SQLite and PostgreSQL.

CREATE TABLE storybot_migrations (
    version    BIGINT NOT NULL PRIMARY KEY,
    applied_at BIGINT NOT NULL
);

-- Who works on requests. One whose beats stand still is dead to those that watch it.
CREATE TABLE processes (
    id    TEXT   NOT NULL PRIMARY KEY,
    beats BIGINT NOT NULL
);

CREATE TABLE requests (
    id          TEXT   NOT NULL PRIMARY KEY, -- Discord's
    kind        TEXT   NOT NULL,
    guild       TEXT   NOT NULL,
    channel     TEXT   NOT NULL,
    member      TEXT   NOT NULL,
    token       TEXT   NOT NULL, -- '' when there was none, or it is erased
    made_at     BIGINT NOT NULL, -- by Discord
    owner       TEXT   NOT NULL, -- the process that works on it, or '' when none does
    reply       TEXT   NOT NULL, -- the message that answers it, or '' until one is known
    finished_at BIGINT           -- NULL until then
);

CREATE INDEX requests_unfinished ON requests (owner) WHERE finished_at IS NULL;
CREATE INDEX requests_finished ON requests (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX requests_token ON requests (made_at) WHERE token <> '';

-- Where the bot was addressed. newest is the newest message looked at, at first what
-- addressed it: a number, as text would have 10 before 9.
CREATE TABLE channels (
    id           TEXT   NOT NULL PRIMARY KEY,
    guild        TEXT   NOT NULL,
    addressed_at BIGINT NOT NULL,
    newest       BIGINT NOT NULL
);

CREATE INDEX channels_addressed ON channels (addressed_at);

-- What is told once.
CREATE TABLE told (
    key     TEXT   NOT NULL PRIMARY KEY,
    told_at BIGINT NOT NULL
);

CREATE INDEX told_when ON told (told_at);
