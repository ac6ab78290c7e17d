-- The queue in SQLite, schema version 1. Times are milliseconds since 1970-01-01 UTC.

-- A message exists from the moment this row is committed; that is when the client gets its 250.
CREATE TABLE message (
  id          INTEGER PRIMARY KEY,          -- the queue id; grows with time
  received_at INTEGER NOT NULL,
  client      TEXT    NOT NULL,             -- IP address
  helo        TEXT    NOT NULL,
  protocol    TEXT    NOT NULL,             -- SMTP, ESMTP, UTF8SMTP, LOCAL
  sender      TEXT,                         -- envelope sender; NULL for <>
  smtp_utf8   INTEGER NOT NULL,
  notice      INTEGER NOT NULL,             -- 1: one of the relay's own notices
  size        INTEGER NOT NULL,             -- octets of the original
  attempts    INTEGER NOT NULL,             -- begun so far; counted when one begins, not when it ends
  due_at      INTEGER,                      -- when to try next, or when the lease ends; NULL once settled
  lease       INTEGER,                      -- who is trying now; NULL if nobody
  settled_at  INTEGER                       -- NULL while a recipient is open
);

CREATE INDEX message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX message_lease ON message (lease) WHERE lease IS NOT NULL;
CREATE INDEX message_settled ON message (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE recipient (
  message_id INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,              -- place in the envelope, from 0
  address    TEXT    NOT NULL,
  state      TEXT    NOT NULL,              -- queued, delivered, failed
  PRIMARY KEY (message_id, ordinal)
) WITHOUT ROWID;

-- The original, byte for byte, in pieces. Gone once the message is settled.
CREATE TABLE chunk (
  message_id INTEGER NOT NULL,
  ordinal    INTEGER NOT NULL,
  content    BLOB    NOT NULL,
  PRIMARY KEY (message_id, ordinal)
);

-- Large messages being received: their first chunks are here before the message is. A row that outlives its session
-- marks chunks to be swept.
CREATE TABLE incoming (
  message_id INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL
);

-- What happened to a message, for as long as its metadata is kept.
CREATE TABLE event (
  id         INTEGER PRIMARY KEY,           -- grows; chosen by the database
  message_id INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  recipient  INTEGER,                       -- ordinal; NULL: the whole message
  kind       TEXT    NOT NULL,              -- delivered, deferred, failed, held, interrupted
  upstream   TEXT    NOT NULL,
  detail     TEXT    NOT NULL               -- the upstream's reply, or what happened
);

CREATE INDEX event_message ON event (message_id);
