-- Whether a source was in the operator's networks when it was added in the terminal: only
-- then may it be read there again, as a name of the web may lead there one day. Of the
-- sources that there are, those have it whose host cannot be on the web: a number, a name
-- without a dot, or one of a kind that is never given out. To add another again in the
-- terminal finds out.
ALTER TABLE sources ADD COLUMN private BIGINT NOT NULL DEFAULT 0;

UPDATE sources SET private = 1 WHERE origin = 'terminal' AND kind IN ('page', 'feed') AND id IN (
    SELECT id FROM (
        SELECT id, place, rest, substr(place, 1, length(place) - length(rest)) AS host FROM (
            SELECT id, place, ltrim(place, 'abcdefghijklmnopqrstuvwxyz0123456789-_.') AS rest FROM (
                SELECT id, replace(replace(lower(location), 'https://', ''), 'http://', '') AS place FROM sources
            ) AS places
        ) AS rests
    ) AS hosts
    WHERE place LIKE '[%' OR (rest = '' OR rest LIKE '/%' OR rest LIKE ':%' OR rest LIKE '?%') AND (
        ltrim(host, '0123456789.') = '' OR host NOT LIKE '%.%' OR host LIKE '%.localhost' OR host LIKE '%.local'
        OR host LIKE '%.internal' OR host LIKE '%.lan' OR host LIKE '%.home.arpa')
);

-- Where the copy that was read last was found, after redirects.
ALTER TABLE sources ADD COLUMN read_from TEXT NOT NULL DEFAULT '';
ALTER TABLE stories ADD COLUMN read_from TEXT NOT NULL DEFAULT '';

-- The error in a word, for those who tell it in other words; '' where there is none, or
-- it was kept before.
ALTER TABLE sources ADD COLUMN code TEXT NOT NULL DEFAULT '';

-- The text that was read and not believed, by a hash of it, in how many reads in a row it
-- was the same, and since when; '' when nothing was read.
ALTER TABLE failing ADD COLUMN refused TEXT NOT NULL DEFAULT '';
ALTER TABLE failing ADD COLUMN alike BIGINT NOT NULL DEFAULT 0;
ALTER TABLE failing ADD COLUMN refused_since BIGINT NOT NULL DEFAULT 0;
