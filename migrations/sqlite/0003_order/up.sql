-- Keeping order: what became of an act elsewhere, complaints in full, who and which servers are held back.

ALTER TABLE reports ADD COLUMN category TEXT NOT NULL DEFAULT 'other';
ALTER TABLE reports ADD COLUMN rules TEXT NOT NULL DEFAULT '[]';
ALTER TABLE reports ADD COLUMN forwarded BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE reports ADD COLUMN assigned_to BIGINT;
ALTER TABLE reports ADD COLUMN site_since BIGINT;
CREATE INDEX reports_reporter ON reports (reporter_id, created_at);

-- What became of a line of the record at each other server.
CREATE TABLE receipts (
    line_id BIGINT NOT NULL REFERENCES audit(id),
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (line_id, host)
) WITHOUT ROWID;
CREATE INDEX receipts_waiting ON receipts (host) WHERE state = 'waiting';

-- Whom the keepers of this server hold back. Since when somebody is suspended stands with the actor.
CREATE TABLE sanctions (
    actor_id INTEGER NOT NULL PRIMARY KEY REFERENCES actors(id),
    silenced_at BIGINT,
    sensitive_at BIGINT,
    suspended_with TEXT,
    reason TEXT
);

-- Posts that are hidden because their author is suspended, and come back when that ends.
CREATE TABLE withheld (
    post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts(id),
    author_id BIGINT NOT NULL REFERENCES actors(id)
);
CREATE INDEX withheld_author ON withheld (author_id);

-- Domains that are held back, and those that are let in where only some are.
CREATE TABLE domain_blocks (
    id INTEGER NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    severity TEXT NOT NULL,
    reject_media BOOLEAN NOT NULL,
    reject_reports BOOLEAN NOT NULL,
    obfuscate BOOLEAN NOT NULL,
    private_comment TEXT,
    public_comment TEXT,
    created_at BIGINT NOT NULL
);
CREATE TABLE domain_allows (
    id INTEGER NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
