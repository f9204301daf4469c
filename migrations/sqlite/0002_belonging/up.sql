-- Belonging to a group: how somebody came to it, links that invite, posts that wait for a look. The twin of this file for PostgreSQL
-- makes the same tables and columns.

-- The id of what was asked with (a Join, a Follow or an Invite), the words of whoever declined, and since when the role is held.
ALTER TABLE memberships ADD COLUMN uri TEXT;
ALTER TABLE memberships ADD COLUMN answer TEXT;
ALTER TABLE memberships ADD COLUMN role_since BIGINT NOT NULL DEFAULT 0;
UPDATE memberships SET role_since = since;
CREATE INDEX memberships_uri ON memberships (uri) WHERE uri IS NOT NULL;

-- Links that let people into a group. Only the hash of what stands in one is kept.
CREATE TABLE invitation_links (
    id INTEGER NOT NULL PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    made_by BIGINT NOT NULL REFERENCES actors(id),
    token_hash TEXT NOT NULL UNIQUE,
    most_uses INTEGER,
    uses INTEGER NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX invitation_links_group ON invitation_links (group_id, id);

-- First posts of newcomers that wait for a moderator: what is needed to let them into the group later.
CREATE TABLE held_posts (
    post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts(id),
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    author_id BIGINT NOT NULL REFERENCES actors(id),
    visibility TEXT NOT NULL,
    mentions TEXT NOT NULL,
    said TEXT,
    changed TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX held_posts_group ON held_posts (group_id, post_id);
CREATE INDEX held_posts_author ON held_posts (author_id);
