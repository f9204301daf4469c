DROP TABLE held_posts;
DROP TABLE invitation_links;
DROP INDEX memberships_uri;
ALTER TABLE memberships DROP COLUMN role_since;
ALTER TABLE memberships DROP COLUMN answer;
ALTER TABLE memberships DROP COLUMN uri;
