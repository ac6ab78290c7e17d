-- Version 2: devices, and the DSN parameters of RFC 3461.

-- One row for each client address. Written with its first message, and then every few seconds.
CREATE TABLE device (
  address    TEXT    PRIMARY KEY,           -- IP address
  helo       TEXT    NOT NULL,              -- its latest HELO or EHLO name
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  messages   INTEGER NOT NULL,              -- accepted
  octets     INTEGER NOT NULL,              -- size of accepted messages
  refusals   INTEGER NOT NULL
) WITHOUT ROWID;

-- Protocol deviations of a device, and how often each occurred.
CREATE TABLE deviation (
  address TEXT    NOT NULL,
  name    TEXT    NOT NULL,                 -- as in the configuration
  count   INTEGER NOT NULL,
  PRIMARY KEY (address, name)
) WITHOUT ROWID;

-- Recipients that count against the limit of a device. If it has a limit, written in the transaction of the message.
CREATE TABLE spending (
  address    TEXT    NOT NULL,
  since      INTEGER NOT NULL,              -- start of a slot of ten minutes
  recipients INTEGER NOT NULL,
  PRIMARY KEY (address, since)
) WITHOUT ROWID;

-- BODY parameter of MAIL: 7BIT, 8BITMIME, BINARYMIME.
ALTER TABLE message ADD COLUMN body TEXT NOT NULL DEFAULT '7BIT';

-- Parameters of RFC 3461; NULL if not given. ENVID:
ALTER TABLE message ADD COLUMN envelope_id TEXT;
-- RET: FULL, HEADERS.
ALTER TABLE message ADD COLUMN returned TEXT;
-- NOTIFY: NEVER, or any of SUCCESS,FAILURE,DELAY.
ALTER TABLE recipient ADD COLUMN notify TEXT;
-- ORCPT, as given.
ALTER TABLE recipient ADD COLUMN original TEXT;
