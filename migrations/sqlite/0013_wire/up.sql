-- What is needed to understand others to the letter. The twin of this file for PostgreSQL makes the same.

-- What moderators elsewhere have done, by the ids of their letters: some take an act back by naming nothing but its id.
CREATE TABLE acts_heard (
    uri TEXT NOT NULL PRIMARY KEY,
    group_id BIGINT NOT NULL REFERENCES actors(id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    heard_at BIGINT NOT NULL
) WITHOUT ROWID;
