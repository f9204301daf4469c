-- What the house tells everybody, and pictures of its own that stand for words.

CREATE TABLE announcements (
    id INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    content TEXT NOT NULL,
    mentions TEXT NOT NULL,
    tags TEXT NOT NULL,
    starts_at BIGINT,
    ends_at BIGINT,
    all_day BOOLEAN NOT NULL,
    published_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Who has read one and put it away.
CREATE TABLE announcement_reads (
    announcement_id BIGINT NOT NULL REFERENCES announcements(id),
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    at BIGINT NOT NULL,
    PRIMARY KEY (announcement_id, actor_id)
) WITHOUT ROWID;

-- Who says what to one, in one picture.
CREATE TABLE announcement_reactions (
    announcement_id BIGINT NOT NULL REFERENCES announcements(id),
    name TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors(id),
    at BIGINT NOT NULL,
    PRIMARY KEY (announcement_id, name, actor_id)
) WITHOUT ROWID;

-- Pictures that stand for words between colons. The files are named by us.
CREATE TABLE emojis (
    id INTEGER NOT NULL PRIMARY KEY,
    shortcode TEXT NOT NULL UNIQUE,
    category TEXT,
    file TEXT NOT NULL,
    still TEXT NOT NULL,
    media_type TEXT NOT NULL,
    in_picker BOOLEAN NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX emojis_file ON emojis (file);
CREATE UNIQUE INDEX emojis_still ON emojis (still);
