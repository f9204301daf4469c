DROP TABLE explanations;
DROP TABLE hearsay;
DROP TABLE group_follows;
ALTER TABLE instances DROP COLUMN keeps_private;
ALTER TABLE posts DROP COLUMN boosts_refused;
ALTER TABLE groups DROP COLUMN heard_by_groups;
ALTER TABLE groups DROP COLUMN boosts_comments;
