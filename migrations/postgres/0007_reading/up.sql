-- What people read, and how each wants to read it. The twin of this file for SQLite makes the same tables and columns.

-- Which posts were written here, so that their timeline need not look past everybody else's.
ALTER TABLE posts ADD COLUMN here BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE posts SET here = TRUE WHERE author_id IN (SELECT id FROM actors WHERE host = '');
CREATE INDEX posts_here ON posts (id) WHERE here;
-- What is said about a page somewhere.
CREATE INDEX posts_link ON posts (link_url, id) WHERE link_url IS NOT NULL;

-- In which languages a follower would like to hear; everything when not said.
ALTER TABLE follows ADD COLUMN languages TEXT;
-- Whoever would like to be told of every post.
CREATE INDEX follows_notify ON follows (target_id) WHERE notify;

-- Notices from people whom somebody would rather look at apart.
ALTER TABLE notifications ADD COLUMN set_apart BOOLEAN NOT NULL DEFAULT FALSE;

-- Posts that somebody keeps.
CREATE TABLE bookmarks (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    post_id BIGINT NOT NULL REFERENCES posts(id),
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, post_id)
);
CREATE INDEX bookmarks_page ON bookmarks (actor_id, id);

-- Whom somebody would rather not hear.
CREATE TABLE mutes (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    notices BOOLEAN NOT NULL,
    until BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX mutes_page ON mutes (actor_id, id);

-- Conversations of which somebody has heard enough.
CREATE TABLE thread_mutes (
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    root_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, root_id)
);

-- Servers from which somebody wants to hear nothing.
CREATE TABLE shunned_hosts (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    host TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, host)
);

-- What somebody notes about others, for themself.
CREATE TABLE private_notes (
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    words TEXT NOT NULL,
    PRIMARY KEY (actor_id, target_id)
);

-- Whom somebody recommends on their page.
CREATE TABLE endorsements (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX endorsements_page ON endorsements (actor_id, id);

-- Timelines of chosen people and groups.
CREATE TABLE lists (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    title TEXT NOT NULL,
    replies TEXT NOT NULL,
    exclusive BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX lists_owner ON lists (owner_id, id);

-- Who is on them. The owner stands here again, so that "on which of my lists" is one look.
CREATE TABLE list_members (
    id BIGINT NOT NULL PRIMARY KEY,
    list_id BIGINT NOT NULL REFERENCES lists(id),
    owner_id BIGINT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    UNIQUE (list_id, actor_id)
);
CREATE INDEX list_members_owner ON list_members (owner_id, actor_id);

-- What somebody would rather not read, or not at once.
CREATE TABLE filters (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    title TEXT NOT NULL,
    places TEXT NOT NULL,
    action TEXT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX filters_owner ON filters (owner_id, id);

-- The words by which such a post is known.
CREATE TABLE filter_keywords (
    id BIGINT NOT NULL PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters(id),
    owner_id BIGINT NOT NULL,
    keyword TEXT NOT NULL,
    whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_owner ON filter_keywords (owner_id);

-- Single posts.
CREATE TABLE filter_posts (
    id BIGINT NOT NULL PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters(id),
    owner_id BIGINT NOT NULL,
    post_id BIGINT NOT NULL REFERENCES posts(id),
    UNIQUE (filter_id, post_id)
);
CREATE INDEX filter_posts_owner ON filter_posts (owner_id);

-- Talks in private, one line for each who takes part and lives here.
CREATE TABLE conversations (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    root_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    unread BOOLEAN NOT NULL,
    UNIQUE (owner_id, root_id)
);
CREATE INDEX conversations_page ON conversations (owner_id, last_id);

-- Topics that bring posts home.
CREATE TABLE followed_topics (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, topic_id)
);
CREATE INDEX followed_topics_topic ON followed_topics (topic_id, actor_id);

-- How far somebody has read.
CREATE TABLE markers (
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    timeline TEXT NOT NULL,
    last_read_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, timeline)
);

-- Whose notices somebody takes as they come, looks at apart, or does not want.
CREATE TABLE notice_policies (
    owner_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors(id),
    not_following TEXT NOT NULL,
    not_followers TEXT NOT NULL,
    new_accounts TEXT NOT NULL,
    private_mentions TEXT NOT NULL,
    limited_accounts TEXT NOT NULL
);

-- Whose notices are taken whatever the policy says.
CREATE TABLE notice_permissions (
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    PRIMARY KEY (owner_id, actor_id)
);

-- Who has notices that were set apart.
CREATE TABLE notice_requests (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    post_id BIGINT REFERENCES posts(id),
    notices INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (owner_id, actor_id)
);

-- Whom somebody does not want to be shown again as a suggestion.
CREATE TABLE dismissed_suggestions (
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    target_id BIGINT NOT NULL REFERENCES actors(id),
    PRIMARY KEY (actor_id, target_id)
);

-- The words of posts, to be searched. They were cut apart, folded and marked by Kindred, alike for both databases; what they stood in
-- is not kept a second time. Private-use letters mark what is no word (who wrote it, what comes with it).
CREATE TABLE post_words (
    post_id BIGINT NOT NULL PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX post_words_words ON post_words USING gin (words);
