-- Whether somebody elsewhere can be greeted by people whom they do not know.
ALTER TABLE directory ADD COLUMN greetable BOOLEAN NOT NULL DEFAULT TRUE;
