-- Version 9: keeps what the rewriting rules decided about the header.

-- JSON; NULL if the rules do not change the header.
ALTER TABLE message ADD COLUMN header_changes TEXT;
