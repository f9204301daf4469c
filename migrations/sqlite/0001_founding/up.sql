-- The founding tables. The twin of this file for PostgreSQL makes the same tables and columns.
-- Ids are made by Kindred and sort by time; moments are milliseconds since 1970 in UTC.

-- Servers.
CREATE TABLE instances (
    id INTEGER NOT NULL PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    company TEXT,
    software TEXT,
    software_version TEXT,
    dialect TEXT NOT NULL,
    dialect_learned BOOLEAN NOT NULL DEFAULT FALSE,
    agreement TEXT NOT NULL,
    standing TEXT NOT NULL,
    shared_inbox TEXT,
    nodeinfo_at BIGINT,
    speaks_rfc9421 BOOLEAN NOT NULL DEFAULT FALSE,
    failing_since BIGINT,
    asleep_since BIGINT,
    last_heard_at BIGINT,
    created_at BIGINT NOT NULL
);

-- Everybody and everything with an inbox, here (host is empty) and elsewhere. Handles are kept in lower case.
CREATE TABLE actors (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    handle TEXT NOT NULL,
    host TEXT NOT NULL,
    uri TEXT NOT NULL UNIQUE,
    url TEXT,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    outbox TEXT,
    followers_uri TEXT,
    following_uri TEXT,
    featured_uri TEXT,
    moderators_uri TEXT,
    name TEXT NOT NULL,
    icon_url TEXT,
    image_url TEXT,
    key_id TEXT NOT NULL,
    public_key_pem TEXT NOT NULL,
    private_key_pem TEXT,
    locked BOOLEAN NOT NULL,
    discoverable BOOLEAN NOT NULL,
    indexable BOOLEAN NOT NULL,
    memorial BOOLEAN NOT NULL,
    suspended_at BIGINT,
    moved_to TEXT,
    followers_count INTEGER NOT NULL DEFAULT 0,
    following_count INTEGER NOT NULL DEFAULT 0,
    posts_count INTEGER NOT NULL DEFAULT 0,
    last_post_at BIGINT,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    fetched_at BIGINT,
    deleted_at BIGINT,
    also_known_as TEXT NOT NULL,
    fields TEXT NOT NULL,
    topics TEXT NOT NULL,
    summary TEXT NOT NULL,
    summary_source TEXT
);
CREATE INDEX actors_handle ON actors (handle, host);
CREATE INDEX actors_key_id ON actors (key_id);
CREATE INDEX actors_name ON actors (lower(name));
CREATE UNIQUE INDEX actors_here ON actors (handle) WHERE host = '';

-- Those who can sign in here.
CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL UNIQUE REFERENCES actors(id),
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    role TEXT NOT NULL,
    owner TEXT NOT NULL,
    external_id TEXT,
    state TEXT NOT NULL,
    locale TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    UNIQUE (owner, external_id)
);

-- What a group has beyond being an actor. Groups of other servers have a row as well.
CREATE TABLE groups (
    actor_id INTEGER NOT NULL PRIMARY KEY REFERENCES actors(id),
    visibility TEXT NOT NULL,
    join_policy TEXT NOT NULL,
    posting TEXT NOT NULL,
    hold_newcomers BOOLEAN NOT NULL,
    rules TEXT NOT NULL,
    language TEXT,
    founder_id BIGINT REFERENCES actors(id),
    archived_at BIGINT,
    created_at BIGINT NOT NULL
);

-- Who belongs to which group.
CREATE TABLE memberships (
    id INTEGER NOT NULL PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    invited_by BIGINT REFERENCES actors(id),
    since BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (group_id, actor_id)
);
CREATE INDEX memberships_actor ON memberships (actor_id, state);
CREATE INDEX memberships_group ON memberships (group_id, state);

-- Who is shut out of which group.
CREATE TABLE bans (
    id INTEGER NOT NULL PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    by_id BIGINT REFERENCES actors(id),
    reason TEXT,
    until BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (group_id, actor_id)
);

-- Who hears of whom.
CREATE TABLE follows (
    id INTEGER NOT NULL PRIMARY KEY,
    follower_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    state TEXT NOT NULL,
    uri TEXT NOT NULL UNIQUE,
    show_boosts BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (follower_id, target_id)
);
CREATE INDEX follows_target ON follows (target_id, state);

-- What people write. The long columns come last, so that the short ones are found without reading past them.
CREATE TABLE posts (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT,
    author_id BIGINT NOT NULL REFERENCES actors(id),
    group_id BIGINT REFERENCES groups(actor_id),
    parent_id BIGINT REFERENCES posts(id),
    parent_uri TEXT,
    root_id BIGINT NOT NULL,
    context_uri TEXT,
    kind TEXT NOT NULL,
    title TEXT,
    warning TEXT,
    sensitive BOOLEAN NOT NULL,
    language TEXT,
    visibility TEXT NOT NULL,
    link_url TEXT,
    published_at BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT,
    removed_at BIGINT,
    removed_by BIGINT REFERENCES actors(id),
    removed_reason TEXT,
    locked_at BIGINT,
    pinned_at BIGINT,
    replies_count INTEGER NOT NULL DEFAULT 0,
    likes_count INTEGER NOT NULL DEFAULT 0,
    boosts_count INTEGER NOT NULL DEFAULT 0,
    tags TEXT NOT NULL,
    attachments TEXT NOT NULL,
    content TEXT NOT NULL,
    source TEXT
);
CREATE INDEX posts_author ON posts (author_id);
CREATE INDEX posts_group ON posts (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX posts_root ON posts (root_id);
CREATE INDEX posts_parent ON posts (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX posts_orphans ON posts (parent_uri) WHERE parent_uri IS NOT NULL AND parent_id IS NULL;

-- Whom a post names.
CREATE TABLE mentions (
    post_id BIGINT NOT NULL REFERENCES posts(id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    PRIMARY KEY (post_id, actor_id)
) WITHOUT ROWID;
CREATE INDEX mentions_actor ON mentions (actor_id, post_id);

-- Posts passed on. What a group relays is passed on by the group.
CREATE TABLE boosts (
    id INTEGER NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    post_id BIGINT NOT NULL REFERENCES posts(id),
    uri TEXT NOT NULL UNIQUE,
    relay_uri TEXT,
    undone_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, post_id)
);
CREATE INDEX boosts_post ON boosts (post_id);
CREATE INDEX boosts_page ON boosts (actor_id);

-- The home timelines of those who can sign in here, one line each.
CREATE TABLE home_entries (
    owner_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL,
    by_id BIGINT,
    PRIMARY KEY (owner_id, entry_id),
    UNIQUE (owner_id, post_id)
) WITHOUT ROWID;

-- Likes and dislikes.
CREATE TABLE reactions (
    id INTEGER NOT NULL PRIMARY KEY,
    post_id BIGINT NOT NULL REFERENCES posts(id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    kind TEXT NOT NULL,
    emoji TEXT,
    uri TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (post_id, actor_id, kind)
);
CREATE INDEX reactions_actor ON reactions (actor_id, kind);
CREATE INDEX reactions_uri ON reactions (uri) WHERE uri IS NOT NULL;

-- The question part of a post.
CREATE TABLE polls (
    post_id INTEGER NOT NULL PRIMARY KEY REFERENCES posts(id),
    options TEXT NOT NULL,
    multiple BOOLEAN NOT NULL,
    closes_at BIGINT,
    closed_at BIGINT,
    voters INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX polls_open ON polls (closes_at) WHERE closed_at IS NULL;

-- Who chose what.
CREATE TABLE poll_votes (
    post_id BIGINT NOT NULL REFERENCES polls(post_id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    choice INTEGER NOT NULL,
    PRIMARY KEY (post_id, actor_id, choice)
) WITHOUT ROWID;

-- What groups and posts are about.
CREATE TABLE topics (
    id INTEGER NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Which topics a group has chosen.
CREATE TABLE group_topics (
    group_id BIGINT NOT NULL REFERENCES groups(actor_id),
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    PRIMARY KEY (group_id, topic_id)
) WITHOUT ROWID;
CREATE INDEX group_topics_topic ON group_topics (topic_id, group_id);

-- Which topics a post names.
CREATE TABLE post_topics (
    post_id BIGINT NOT NULL REFERENCES posts(id),
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    PRIMARY KEY (post_id, topic_id)
) WITHOUT ROWID;
CREATE INDEX post_topics_topic ON post_topics (topic_id, post_id);

-- What was said to other servers and heard from them.
CREATE TABLE activities (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    actor_id BIGINT REFERENCES actors(id),
    object_uri TEXT,
    group_id BIGINT REFERENCES actors(id),
    visibility TEXT NOT NULL,
    host TEXT,
    created_at BIGINT NOT NULL,
    body TEXT
);
CREATE INDEX activities_outbox ON activities (actor_id) WHERE direction = 'said';

-- Queues: jobs of one lane run one after the other, lanes run side by side.
CREATE TABLE lanes (
    name TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    failing_since BIGINT,
    last_error TEXT
) WITHOUT ROWID;
CREATE INDEX lanes_due ON lanes (due_at);

-- What is left to do.
CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before BIGINT,
    created_at BIGINT NOT NULL,
    last_error TEXT,
    set_aside_at BIGINT,
    payload TEXT NOT NULL
);
CREATE INDEX jobs_lane ON jobs (lane, id, not_before) WHERE set_aside_at IS NULL;
CREATE INDEX jobs_aside ON jobs (set_aside_at) WHERE set_aside_at IS NOT NULL;

-- Addresses of what is gone for good.
CREATE TABLE tombstones (
    uri TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
) WITHOUT ROWID;

-- Notices for those who can sign in here.
CREATE TABLE notifications (
    id INTEGER NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    kind TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    post_id BIGINT REFERENCES posts(id),
    group_id BIGINT REFERENCES groups(actor_id),
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notifications_owner ON notifications (owner_id);

-- Complaints.
CREATE TABLE reports (
    id INTEGER NOT NULL PRIMARY KEY,
    uri TEXT UNIQUE,
    reporter_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT REFERENCES actors(id),
    group_id BIGINT REFERENCES groups(actor_id),
    posts TEXT NOT NULL,
    comment TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    handled_at BIGINT,
    handled_by BIGINT REFERENCES actors(id)
);
CREATE INDEX reports_group ON reports (group_id, state);

-- What those who keep order did.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_id BIGINT REFERENCES actors(id),
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    group_id BIGINT REFERENCES groups(actor_id),
    detail TEXT NOT NULL
);
CREATE INDEX audit_group ON audit (group_id) WHERE group_id IS NOT NULL;

-- Programs that people use to reach us.
CREATE TABLE apps (
    id INTEGER NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What such programs show instead of a password. Only hashes are kept.
CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT REFERENCES accounts(id),
    app_id BIGINT REFERENCES apps(id),
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX tokens_account ON tokens (account_id) WHERE account_id IS NOT NULL;

-- Signed-in browsers.
CREATE TABLE sessions (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts(id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT
);
CREATE INDEX sessions_account ON sessions (account_id);

-- Who wants nothing to do with whom.
CREATE TABLE blocks (
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    uri TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, target_id)
) WITHOUT ROWID;
CREATE INDEX blocks_target ON blocks (target_id, actor_id);
