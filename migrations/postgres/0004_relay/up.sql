-- What a group passes on, to whom, and what other groups hear of. The twin of this file for SQLite makes the same columns.

-- Whether microblogs hear of answers too, and whether other groups of ours hear of this one.
ALTER TABLE groups ADD COLUMN boosts_comments BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE groups ADD COLUMN heard_by_groups BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether the author lets nobody pass it on (an interaction policy of the author's server).
ALTER TABLE posts ADD COLUMN boosts_refused BOOLEAN NOT NULL DEFAULT FALSE;

-- Whether a server keeps among its members what a closed group says.
ALTER TABLE instances ADD COLUMN keeps_private BOOLEAN NOT NULL DEFAULT FALSE;

-- Which groups of ours hear of which other groups, and who wanted it so.
CREATE TABLE group_follows (
    target_id BIGINT NOT NULL REFERENCES groups(actor_id),
    follower_id BIGINT NOT NULL REFERENCES groups(actor_id),
    by_id BIGINT REFERENCES actors(id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (target_id, follower_id)
);
CREATE INDEX group_follows_follower ON group_follows (follower_id);

-- Likes that only a group elsewhere tells of: they count, and nobody is named by them.
CREATE TABLE hearsay (
    post_id BIGINT NOT NULL REFERENCES posts(id),
    actor_uri TEXT NOT NULL,
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (post_id, actor_uri)
);

-- Who was told why a closed group cannot take them.
CREATE TABLE explanations (
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (group_id, actor_id)
);
