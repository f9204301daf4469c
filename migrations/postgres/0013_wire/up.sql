-- What is needed to understand others to the letter. The twin of this file for SQLite makes the same.

-- What moderators elsewhere have done, by the ids of their letters: some take an act back by naming nothing but its id.
CREATE TABLE acts_heard (
    uri TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES actors(id),
    kind TEXT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    heard_at BIGINT NOT NULL
);
