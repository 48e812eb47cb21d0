-- What language who asked reads, for what they are told later; '' when it is not known.
ALTER TABLE requests ADD COLUMN locale TEXT NOT NULL DEFAULT '';

-- 1: who asked wants to be forgotten, so member is erased when the request is finished.
ALTER TABLE requests ADD COLUMN forget BIGINT NOT NULL DEFAULT 0;

-- 1: nobody put it to the bot, which then tells nobody that it was left undone.
ALTER TABLE requests ADD COLUMN unasked BIGINT NOT NULL DEFAULT 0;
