-- What version 3 adds to the queue in SQLite: several ways out.

-- What the rules chose: a mailbox or a pool of mailboxes. Empty: an older relay knew of one mailbox only.
ALTER TABLE message ADD COLUMN route TEXT NOT NULL DEFAULT '';
-- Who delivers it: as the route, until a mailbox of the pool has claimed it; then that mailbox.
ALTER TABLE message ADD COLUMN lane TEXT NOT NULL DEFAULT '';
-- 0: urgent, 1: normal
ALTER TABLE message ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
-- Whose chunks its content is; NULL: its own. The parts of a divided message share those of its first part.
ALTER TABLE message ADD COLUMN content_id INTEGER;

-- A claim goes from client to client.
CREATE INDEX message_claim ON message (lane, priority, client, due_at) WHERE due_at IS NOT NULL;
DROP INDEX message_due;

-- Open messages of a pool that a mailbox has made its own.
CREATE INDEX message_bound ON message (lane, route) WHERE lane <> route AND due_at IS NOT NULL;

-- Open parts of divided messages.
CREATE INDEX message_content ON message (content_id) WHERE content_id IS NOT NULL AND due_at IS NOT NULL;

-- Recipients that were handed over for each account. Written in the transaction that settles them.
CREATE TABLE sent (
  account    TEXT    NOT NULL,
  since      INTEGER NOT NULL,              -- the ten minutes that begin here
  recipients INTEGER NOT NULL,
  PRIMARY KEY (account, since)
) WITHOUT ROWID;

-- What the admin has been told, and need not be told again.
CREATE TABLE told (
  name TEXT    PRIMARY KEY,
  at   INTEGER NOT NULL
) WITHOUT ROWID;
