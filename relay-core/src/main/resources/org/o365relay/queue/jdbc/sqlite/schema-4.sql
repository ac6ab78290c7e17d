-- Version 4: searchable headers, hold, pause, checksums, suppressed notices, alerts.

-- Subject, decoded, at most 200 characters; NULL if there is none or an older relay received the message.
ALTER TABLE message ADD COLUMN subject TEXT;
-- Message-ID field as received, with its brackets; NULL if there is none or an older relay received the message.
ALTER TABLE message ADD COLUMN header_id TEXT;
-- Reason of the last deferral (its name in the reply catalogue); NULL if it was never deferred.
ALTER TABLE message ADD COLUMN reason TEXT;
UPDATE message SET reason = 'unknown' WHERE due_at IS NOT NULL AND attempts > 0;
-- When an operator put it on hold; NULL if it is not on hold. Its due_at is then the end of time.
ALTER TABLE message ADD COLUMN held_at INTEGER;

-- Open messages by the reason they wait.
CREATE INDEX message_reason ON message (reason) WHERE reason IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX message_held ON message (held_at, reason) WHERE held_at IS NOT NULL;

ALTER TABLE event ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- 1: the upstream may have accepted the message nevertheless, so the next attempt may cause a duplicate.
ALTER TABLE event ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0;

-- CRC-32C of the content; NULL if an older relay wrote it.
ALTER TABLE chunk ADD COLUMN checksum INTEGER;

-- Mailboxes that an operator has paused.
CREATE TABLE stopped (
  mailbox TEXT    PRIMARY KEY,              -- lower case
  at      INTEGER NOT NULL,
  by      TEXT    NOT NULL
) WITHOUT ROWID;

-- Notices beyond the hourly limit of their device, until a digest is sent.
CREATE TABLE withheld (
  message_id INTEGER NOT NULL,
  kind       TEXT    NOT NULL,              -- failed, delayed
  client     TEXT    NOT NULL,
  recipient  TEXT    NOT NULL,              -- of the notice
  at         INTEGER NOT NULL,
  PRIMARY KEY (client, recipient, message_id, kind)
) WITHOUT ROWID;

-- Alerts that the admin was notified of and that are not resolved yet.
CREATE TABLE alert (
  name    TEXT    PRIMARY KEY,
  since   INTEGER NOT NULL,
  subject TEXT    NOT NULL,
  text    TEXT    NOT NULL,
  advice  TEXT    NOT NULL,
  mailed  INTEGER NOT NULL                  -- 1: by email, 0: no mailbox could send it
) WITHOUT ROWID;

-- Progress of recurring tasks.
CREATE TABLE mark (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
