-- What follows whose question is looked for when somebody is forgotten.
CREATE INDEX entries_follows ON entries (follows) WHERE follows <> '';

-- Which sources let stories expire is looked for twice a minute.
CREATE INDEX sources_days ON sources (days) WHERE days > 0;
