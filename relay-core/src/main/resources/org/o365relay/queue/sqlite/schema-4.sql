-- What version 4 adds to the queue in SQLite: what an operator asks and says.

-- What the device wrote there, decoded and at most 200 characters long; NULL: nothing, or an older relay took it.
ALTER TABLE message ADD COLUMN subject TEXT;
-- Message-ID as the device wrote it, with its brackets; NULL: none, or an older relay took it.
ALTER TABLE message ADD COLUMN header_id TEXT;
-- Why it was deferred last (Verdict.reason); NULL: it never was.
ALTER TABLE message ADD COLUMN reason TEXT;
UPDATE message SET reason = 'unknown' WHERE due_at IS NOT NULL AND attempts > 0;
-- When an operator put it on hold; NULL: it is not. Its due_at is then the end of time.
ALTER TABLE message ADD COLUMN held_at INTEGER;

-- Open messages by why they wait.
CREATE INDEX message_reason ON message (reason) WHERE reason IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX message_held ON message (held_at, reason) WHERE held_at IS NOT NULL;

ALTER TABLE event ADD COLUMN reason TEXT NOT NULL DEFAULT '';
-- 1: the upstream may have taken the message all the same, so that the next attempt may make a duplicate
ALTER TABLE event ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0;

-- CRC-32C of the piece; NULL: an older relay wrote it.
ALTER TABLE chunk ADD COLUMN checksum INTEGER;

-- Mailboxes from which nothing leaves because an operator said so.
CREATE TABLE stopped (
  mailbox TEXT    PRIMARY KEY,              -- lower case
  at      INTEGER NOT NULL,
  by      TEXT    NOT NULL
) WITHOUT ROWID;

-- Notices that were too many for their device in that hour, until a digest tells of them.
CREATE TABLE withheld (
  message_id INTEGER NOT NULL,
  kind       TEXT    NOT NULL,              -- failed, delayed
  client     TEXT    NOT NULL,
  recipient  TEXT    NOT NULL,              -- of the notice
  at         INTEGER NOT NULL,
  PRIMARY KEY (client, recipient, message_id, kind)
) WITHOUT ROWID;

-- What the admin has been told is wrong, until it is right again.
CREATE TABLE alert (
  name    TEXT    PRIMARY KEY,
  since   INTEGER NOT NULL,
  subject TEXT    NOT NULL,
  text    TEXT    NOT NULL,
  advice  TEXT    NOT NULL,
  mailed  INTEGER NOT NULL                  -- 1: by a letter, 0: no mailbox could send one
) WITHOUT ROWID;

-- How far work that goes on has come.
CREATE TABLE mark (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
