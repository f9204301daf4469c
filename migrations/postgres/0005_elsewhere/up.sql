-- Our people elsewhere: polls of our own, quotes, pictures used as letters. The twin of this file for SQLite makes the same.

-- Counts that are shown only at the end, and when those who wait for the counts are told next.
ALTER TABLE polls ADD COLUMN hide_totals BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE polls ADD COLUMN tell_at BIGINT;

-- What a post quotes, who may quote it, and how many do.
ALTER TABLE posts ADD COLUMN quote_uri TEXT;
ALTER TABLE posts ADD COLUMN quote_policy TEXT;
ALTER TABLE posts ADD COLUMN quotes_count INTEGER NOT NULL DEFAULT 0;

-- The pictures that stand in a name or a summary for `:name:`.
ALTER TABLE actors ADD COLUMN emojis TEXT NOT NULL DEFAULT '[]';

-- Quotes: which post quotes which, and whether the other side agrees.
CREATE TABLE quotes (
    post_id BIGINT NOT NULL PRIMARY KEY REFERENCES posts(id),
    quoted_id BIGINT REFERENCES posts(id),
    quoted_uri TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    request_uri TEXT COLLATE "C" UNIQUE,
    stamp_uri TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX quotes_quoted ON quotes (quoted_id, post_id) WHERE quoted_id IS NOT NULL;
CREATE INDEX quotes_uri ON quotes (quoted_uri) WHERE quoted_id IS NULL;
