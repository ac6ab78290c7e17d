-- What version 2 adds to the queue in SQLite.

-- What is known of each client address. A row is written with the first message, and then every few seconds.
CREATE TABLE device (
  address    TEXT    PRIMARY KEY,           -- IP address
  helo       TEXT    NOT NULL,              -- what it called itself last
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  messages   INTEGER NOT NULL,              -- accepted
  octets     INTEGER NOT NULL,              -- of accepted messages
  refusals   INTEGER NOT NULL
) WITHOUT ROWID;

-- What a device does wrong, and how often it did.
CREATE TABLE deviation (
  address TEXT    NOT NULL,
  name    TEXT    NOT NULL,                 -- as in the configuration
  count   INTEGER NOT NULL,
  PRIMARY KEY (address, name)
) WITHOUT ROWID;

-- What a device has used up of its budget. If it has one, written in the same transaction as the message.
CREATE TABLE spending (
  address    TEXT    NOT NULL,
  since      INTEGER NOT NULL,              -- the ten minutes that begin here
  recipients INTEGER NOT NULL,
  PRIMARY KEY (address, since)
) WITHOUT ROWID;

-- What the client said of the content's octets: 7BIT, 8BITMIME, BINARYMIME.
ALTER TABLE message ADD COLUMN body TEXT NOT NULL DEFAULT '7BIT';

-- What the client wants to hear (RFC 3461). NULL: it did not say.
ALTER TABLE message ADD COLUMN envelope_id TEXT;
-- FULL, HEADERS
ALTER TABLE message ADD COLUMN returned TEXT;
-- NEVER, or SUCCESS,FAILURE,DELAY or some of them
ALTER TABLE recipient ADD COLUMN notify TEXT;
-- as ORCPT has it
ALTER TABLE recipient ADD COLUMN original TEXT;
