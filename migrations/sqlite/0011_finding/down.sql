ALTER TABLE directory DROP COLUMN greetable;
