-- Of a refund that gives tokens back to a bundle: its counter, the start of the window and how many, `cap:subject,start,tokens`.
ALTER TABLE posting ADD COLUMN bundle TEXT NOT NULL DEFAULT '';
