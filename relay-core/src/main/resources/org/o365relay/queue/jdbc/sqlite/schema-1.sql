-- Version 1: the tables of the queue. Later versions add to them and rename some. Times are milliseconds since
-- 1970-01-01 UTC.

-- A message exists once this row is committed; only then does the client get its 250.
CREATE TABLE message (
  id          INTEGER PRIMARY KEY,          -- queue id; grows with time
  received_at INTEGER NOT NULL,
  client      TEXT    NOT NULL,             -- IP address
  helo        TEXT    NOT NULL,
  protocol    TEXT    NOT NULL,             -- SMTP, ESMTP, UTF8SMTP, LOCAL
  sender      TEXT,                         -- envelope sender; NULL for <>
  smtp_utf8   INTEGER NOT NULL,
  notice      INTEGER NOT NULL,             -- 1: one of the relay's own notices
  size        INTEGER NOT NULL,             -- octets of the original
  attempts    INTEGER NOT NULL,             -- counted when an attempt begins, not when it ends
  due_at      INTEGER,                      -- time of the next attempt, or end of the lease; NULL once settled
  lease       INTEGER,                      -- identifies the claim in progress; NULL if there is none
  settled_at  INTEGER                       -- NULL while a recipient is open
);

CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_lease ON message (lease) WHERE lease IS NOT NULL;
CREATE INDEX message_settled ON message (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE recipient (
  message_id INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,              -- position in the envelope, from 0
  address    TEXT    NOT NULL,
  state      TEXT    NOT NULL,              -- queued, delivered, failed
  PRIMARY KEY (message_id, ordinal)
) WITHOUT ROWID;

-- The original content, byte for byte, in chunks. Deleted when the message is settled.
CREATE TABLE chunk (
  message_id INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,
  content    BLOB    NOT NULL,
  PRIMARY KEY (message_id, ordinal)
);

-- Large messages being received: their first chunks are stored before the message is. A row that outlives its session
-- marks chunks to be deleted.
CREATE TABLE incoming (
  message_id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL
);

-- History of a message; kept as long as its metadata.
CREATE TABLE event (
  id         INTEGER PRIMARY KEY,           -- assigned by the database, ascending
  message_id INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  recipient  INTEGER,                       -- its ordinal; NULL for the whole message
  kind       TEXT    NOT NULL,              -- delivered, deferred, failed, held, interrupted
  upstream   TEXT    NOT NULL,
  detail     TEXT    NOT NULL               -- reply of the upstream, or a description
);

CREATE INDEX event_message ON event (message_id);
