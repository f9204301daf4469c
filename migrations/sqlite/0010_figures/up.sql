-- What makes finding fast. The twin of this file for PostgreSQL makes the same indices.

-- Groups elsewhere, those in which something was said last first.
CREATE INDEX directory_lively ON directory (kind, coalesce(lively_at, 0), id);

-- The words that posts have, in their order: from it one learns how the beginning of a word goes on. It is a view into `post_words` and
-- keeps nothing itself.
CREATE VIRTUAL TABLE post_words_vocabulary USING fts5vocab(post_words, instance);
