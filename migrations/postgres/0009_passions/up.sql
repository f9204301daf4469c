-- What people care about, and what is known of people and groups at other companies.

-- A topic may be forbidden, or have become another one.
ALTER TABLE topics ADD COLUMN forbidden_at BIGINT;
ALTER TABLE topics ADD COLUMN merged_into BIGINT REFERENCES topics(id);
ALTER TABLE topics ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
CREATE INDEX topics_uses ON topics (uses, id);

-- Every name of a topic, in any language. Folded: as it is compared.
CREATE TABLE topic_names (
    id BIGINT NOT NULL PRIMARY KEY,
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    folded TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    language TEXT
);
CREATE INDEX topic_names_topic ON topic_names (topic_id);

-- Where a name can be entered while it is typed: each of its words, with what follows.
CREATE TABLE topic_words (
    word TEXT COLLATE "C" NOT NULL,
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    PRIMARY KEY (word, topic_id)
);
CREATE INDEX topic_words_topic ON topic_words (topic_id);

-- A person's tie to a topic: a line in their own words, and who may know.
CREATE TABLE passions (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    words TEXT NOT NULL,
    circle TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (actor_id, topic_id)
);
CREATE INDEX passions_topic ON passions (topic_id, circle);

-- People and groups elsewhere, as they or their company told us. Circle: everyone, or partners.
CREATE TABLE directory (
    id BIGINT NOT NULL PRIMARY KEY,
    uri TEXT COLLATE "C" NOT NULL UNIQUE,
    host TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL,
    circle TEXT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    icon_url TEXT,
    summary TEXT NOT NULL,
    language TEXT,
    join_policy TEXT,
    members INTEGER NOT NULL,
    lively_at BIGINT,
    seen_at BIGINT NOT NULL
);
CREATE INDEX directory_host ON directory (host, circle);

-- What they care about, in their own words.
CREATE TABLE directory_topics (
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    entry_id BIGINT NOT NULL REFERENCES directory(id),
    words TEXT NOT NULL,
    PRIMARY KEY (topic_id, entry_id)
);
CREATE INDEX directory_topics_entry ON directory_topics (entry_id);

-- How many people care about a topic at partners that tell numbers and no names; 0 stands for a few.
CREATE TABLE directory_numbers (
    host TEXT NOT NULL,
    topic_id BIGINT NOT NULL REFERENCES topics(id),
    people INTEGER NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (host, topic_id)
);
CREATE INDEX directory_numbers_topic ON directory_numbers (topic_id);

-- What two companies have agreed, as both see it.
CREATE TABLE agreements (
    host TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    uri TEXT COLLATE "C" NOT NULL,
    company TEXT,
    ours BOOLEAN NOT NULL,
    flows TEXT NOT NULL,
    state TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    accepted_by TEXT,
    agreed_at BIGINT,
    ended_by TEXT,
    ended_at BIGINT,
    digest TEXT,
    synced_at BIGINT
);

-- Suggestions that somebody does not want to see again.
CREATE TABLE dismissals (
    owner_id BIGINT NOT NULL REFERENCES actors(id),
    uri TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, uri)
);

-- Who said hello to whom, and who would rather not be greeted by strangers.
CREATE TABLE hellos (
    from_id BIGINT NOT NULL REFERENCES actors(id),
    to_uri TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (from_id, to_uri)
);
CREATE TABLE unlisted_for_hellos (
    actor_id BIGINT NOT NULL PRIMARY KEY REFERENCES actors(id)
);

-- What became of one topic, one partner, one person.
CREATE INDEX audit_subject ON audit (subject, id);

-- Topics that were known before find their names here.
INSERT INTO topic_names (id, topic_id, folded, name) SELECT id, id, replace(slug, '-', ' '), name FROM topics;
INSERT INTO topic_words (word, topic_id) SELECT replace(slug, '-', ' '), id FROM topics;
UPDATE topics SET uses = (SELECT count(*) FROM group_topics WHERE group_topics.topic_id = topics.id);
