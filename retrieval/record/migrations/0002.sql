-- What the bot has said: an entry an answer. answer is JSON.
CREATE TABLE entries (
    id         TEXT   NOT NULL PRIMARY KEY,
    guild      TEXT   NOT NULL,
    member     TEXT   NOT NULL, -- who asked, or ''
    kind       TEXT   NOT NULL,
    follows    TEXT   NOT NULL, -- the entry before in a conversation, or ''
    question   TEXT   NOT NULL, -- as asked
    standalone TEXT   NOT NULL, -- as answered
    answer     TEXT   NOT NULL,
    reuse_key  TEXT   NOT NULL, -- what the answer depends on, or ''
    asked_at   BIGINT NOT NULL
);

CREATE INDEX entries_reuse ON entries (guild, reuse_key, asked_at);
CREATE INDEX entries_member ON entries (member, guild, asked_at);

-- What models took, by day (UTC, days since 1970).
CREATE TABLE spending (
    guild             TEXT   NOT NULL,
    member            TEXT   NOT NULL,
    day               BIGINT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost              BIGINT NOT NULL, -- millionths of the configured currency
    PRIMARY KEY (guild, member, day)
);

CREATE INDEX spending_member ON spending (member, day);

-- What moderators have set, as JSON.
CREATE TABLE settings (
    guild TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
