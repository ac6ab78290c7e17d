-- Version 8: what a device sent on each of the last days, and the recipients to whom its messages fail.

-- One row for each day of the week; a day replaces that of the week before.
CREATE TABLE device_day (
  address   TEXT    NOT NULL,               -- of the device
  weekday   INTEGER NOT NULL,               -- 1: Monday
  day       INTEGER NOT NULL,               -- date in the relay's time zone, in days since 1970-01-01
  accepted  INTEGER NOT NULL,               -- messages
  delivered INTEGER NOT NULL,               -- recipients
  failed    INTEGER NOT NULL,               -- recipients
  rejected  INTEGER NOT NULL,               -- commands, messages and connections
  PRIMARY KEY (address, weekday)
) WITHOUT ROWID;

-- At most five for each device.
CREATE TABLE failing_recipient (
  address        TEXT    NOT NULL,          -- of the device
  recipient      TEXT    NOT NULL,
  failed         INTEGER NOT NULL,          -- messages since the first failure
  total          INTEGER NOT NULL,          -- messages delivered or failed since the first failure
  reason         TEXT    NOT NULL,          -- of the last failure
  since          INTEGER NOT NULL,
  last_failed_at INTEGER NOT NULL,
  PRIMARY KEY (address, recipient)
) WITHOUT ROWID;
