-- Takes quotes, the additions to polls and the pictures used as letters away again.
DROP TABLE quotes;
ALTER TABLE actors DROP COLUMN emojis;
ALTER TABLE posts DROP COLUMN quotes_count;
ALTER TABLE posts DROP COLUMN quote_policy;
ALTER TABLE posts DROP COLUMN quote_uri;
ALTER TABLE polls DROP COLUMN tell_at;
ALTER TABLE polls DROP COLUMN hide_totals;
