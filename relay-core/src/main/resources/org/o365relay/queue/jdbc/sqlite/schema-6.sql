-- Version 6: waits and ages on the steady clock, which does not change when the system clock is set. Its times are in
-- milliseconds, too, and equal those of the system clock at this upgrade. On the steady clock from now on:
-- message.due_at, device_usage.since, quota_usage.since, sent_alert.at and the columns below. All other times are
-- times of the system clock.

-- The latest reading of both clocks.
CREATE TABLE clock (
  one      INTEGER PRIMARY KEY,             -- 1
  steady   INTEGER NOT NULL,
  calendar INTEGER NOT NULL,
  downtime INTEGER NOT NULL                 -- total time without a running relay that does not count as age
);

ALTER TABLE message ADD COLUMN arrived_at INTEGER NOT NULL DEFAULT 0;
-- clock.downtime at its arrival; its age is the time since the arrival minus the downtime since.
ALTER TABLE message ADD COLUMN downtime INTEGER NOT NULL DEFAULT 0;
-- When it was settled; NULL while a recipient is open.
ALTER TABLE message ADD COLUMN kept_from INTEGER;
UPDATE message SET arrived_at = received_at, kept_from = settled_at;

-- When the notice was suppressed.
ALTER TABLE suppressed_notice ADD COLUMN waiting_from INTEGER NOT NULL DEFAULT 0;
UPDATE suppressed_notice SET waiting_from = at;
