-- Takes the keeping of order away.
DROP TABLE domain_allows;
DROP TABLE domain_blocks;
DROP TABLE withheld;
DROP TABLE sanctions;
DROP TABLE receipts;
DROP INDEX reports_reporter;
ALTER TABLE reports DROP COLUMN site_since;
ALTER TABLE reports DROP COLUMN assigned_to;
ALTER TABLE reports DROP COLUMN forwarded;
ALTER TABLE reports DROP COLUMN rules;
ALTER TABLE reports DROP COLUMN category;
