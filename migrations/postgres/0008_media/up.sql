-- Media, writing and profiles. The twin of this file for SQLite makes the same tables and columns.

-- What people have uploaded. `name` is the random part of the names of its files; `attachment` is how it looks in a post.
-- `freed_at` says since when it is off the post that it came with.
CREATE TABLE uploads (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    name TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,
    preview TEXT,
    purpose TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    post_id BIGINT REFERENCES posts(id),
    scheduled_id BIGINT,
    freed_at BIGINT,
    created_at BIGINT NOT NULL,
    attachment TEXT NOT NULL
);
CREATE INDEX uploads_post ON uploads (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX uploads_scheduled ON uploads (scheduled_id) WHERE scheduled_id IS NOT NULL;
CREATE INDEX uploads_owner ON uploads (owner_id, id);

-- How posts looked before they were edited.
CREATE TABLE post_versions (
    id BIGINT NOT NULL PRIMARY KEY,
    post_id BIGINT NOT NULL REFERENCES posts(id),
    written_at BIGINT NOT NULL,
    title TEXT,
    warning TEXT,
    sensitive BOOLEAN NOT NULL,
    attachments TEXT NOT NULL,
    options TEXT NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX post_versions_post ON post_versions (post_id, id);

-- What will be published later.
CREATE TABLE scheduled_posts (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    draft TEXT NOT NULL
);
CREATE INDEX scheduled_posts_owner ON scheduled_posts (owner_id, id);

-- What was published or scheduled under which key of a client, so that asking again does not do it again.
CREATE TABLE idempotency_keys (
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    key TEXT NOT NULL,
    post_id BIGINT,
    scheduled_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, key)
);

-- Copies of pictures and films of other servers, by a hash of their address.
CREATE TABLE media_copies (
    key TEXT NOT NULL PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL
);
CREATE INDEX media_copies_used ON media_copies (used_at);

-- The program a post was written with, and the card of the link in it.
ALTER TABLE posts ADD COLUMN application TEXT;
ALTER TABLE posts ADD COLUMN card TEXT;

-- One's usual choices.
ALTER TABLE accounts ADD COLUMN habits TEXT NOT NULL DEFAULT '{}';

-- Whether the lists of whom one follows and who follows one are kept to oneself.
ALTER TABLE actors ADD COLUMN hide_collections BOOLEAN NOT NULL DEFAULT FALSE;
