DROP TABLE push_subscriptions;
DROP TABLE house_keys;
DROP TABLE codes;
ALTER TABLE apps DROP COLUMN confidential;
