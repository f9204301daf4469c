-- What makes finding fast. The twin of this file for SQLite makes the same indices.

-- Groups elsewhere, those in which something was said last first.
CREATE INDEX directory_lively ON directory (kind, coalesce(lively_at, 0), id);
