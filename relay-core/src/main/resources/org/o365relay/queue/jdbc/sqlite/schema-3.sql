-- Version 3: several mailboxes, pools, priorities, and messages in parts.

-- The mailbox or pool that the routing rules chose. Empty for a message of an older relay, which had one mailbox.
ALTER TABLE message ADD COLUMN route TEXT NOT NULL DEFAULT '';
-- The mailbox that delivers it: equals the route until a mailbox of the pool claims the message.
ALTER TABLE message ADD COLUMN lane TEXT NOT NULL DEFAULT '';
-- 0: urgent, 1: normal.
ALTER TABLE message ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
-- The message whose chunks are the content; NULL for its own. The parts of a split message share those of the first.
ALTER TABLE message ADD COLUMN content_id INTEGER;

-- Claims read this index from client to client.
CREATE INDEX message_claim ON message (lane, priority, client, due_at) WHERE due_at IS NOT NULL;
DROP INDEX message_due;

-- Open messages of a pool that a mailbox has claimed.
CREATE INDEX message_bound ON message (lane, route) WHERE lane <> route AND due_at IS NOT NULL;

-- Open parts of split messages.
CREATE INDEX message_content ON message (content_id) WHERE content_id IS NOT NULL AND due_at IS NOT NULL;

-- Recipients delivered through each account. Written in the transaction that settles them.
CREATE TABLE sent (
  account    TEXT    NOT NULL,
  since      INTEGER NOT NULL,              -- start of a slot of ten minutes
  recipients INTEGER NOT NULL,
  PRIMARY KEY (account, since)
) WITHOUT ROWID;

-- Alerts that are sent only once.
CREATE TABLE told (
  name TEXT    PRIMARY KEY,
  at   INTEGER NOT NULL
) WITHOUT ROWID;
