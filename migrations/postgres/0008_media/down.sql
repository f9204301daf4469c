ALTER TABLE actors DROP COLUMN hide_collections;
ALTER TABLE accounts DROP COLUMN habits;
ALTER TABLE posts DROP COLUMN card;
ALTER TABLE posts DROP COLUMN application;
DROP TABLE media_copies;
DROP TABLE idempotency_keys;
DROP TABLE scheduled_posts;
DROP TABLE post_versions;
DROP TABLE uploads;
