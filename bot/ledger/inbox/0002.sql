-- What language a person reads who may have to be told something later.
ALTER TABLE requests ADD COLUMN locale TEXT NOT NULL DEFAULT '';
