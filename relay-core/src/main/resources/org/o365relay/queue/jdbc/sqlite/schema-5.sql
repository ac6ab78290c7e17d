-- Version 5: renames tables, columns and stored values to the terms of docs/vocabulary.md. No row is added or removed.

ALTER TABLE message RENAME COLUMN lane TO mailbox;
ALTER TABLE message RENAME COLUMN header_id TO message_id_header;
ALTER TABLE message RENAME COLUMN returned TO dsn_return;
ALTER TABLE recipient RENAME COLUMN notify TO dsn_notify;
ALTER TABLE recipient RENAME COLUMN original TO original_recipient;
ALTER TABLE device RENAME COLUMN refusals TO rejections;

ALTER TABLE spending RENAME TO device_usage;
ALTER TABLE sent RENAME TO quota_usage;
ALTER TABLE told RENAME TO sent_alert;
ALTER TABLE stopped RENAME TO paused_mailbox;
ALTER TABLE withheld RENAME TO suppressed_notice;
ALTER TABLE alert RENAME TO active_alert;
ALTER TABLE active_alert RENAME COLUMN mailed TO emailed;
ALTER TABLE mark RENAME TO progress;

-- Event kinds from now on: delivered, deferred, failed, postponed, interrupted; by an operator retried, held, released,
-- bounced, deleted, redirected; delayed, ndr, restored, damaged.
UPDATE event SET kind = CASE kind
    WHEN 'held' THEN 'postponed'
    WHEN 'put-on-hold' THEN 'held'
    WHEN 'warned' THEN 'delayed'
    ELSE 'ndr'
  END
WHERE kind IN ('held', 'put-on-hold', 'warned', 'returned');

UPDATE active_alert SET name = 'mailbox-blocked' || substr(name, 12) WHERE name LIKE 'lane-paused%';
UPDATE active_alert SET name = 'limit-exceeded' || substr(name, 12) WHERE name LIKE 'over-budget%';
UPDATE progress SET name = 'delay-notices' WHERE name = 'delay-warnings';
UPDATE progress SET name = 'ndr ' || substr(name, 9) WHERE name LIKE 'reports %';

UPDATE deviation SET name = CASE name
    WHEN 'odd-helo' THEN 'invalid-helo'
    WHEN 'blank-before-address' THEN 'space-before-address'
    WHEN 'bad-parameter' THEN 'invalid-parameter'
    WHEN 'needless-argument' THEN 'unexpected-argument'
    WHEN 'lenient-end' THEN 'nonstandard-end-of-data'
    WHEN 'several-from' THEN 'multiple-from'
    WHEN 'tls-on-plain-port' THEN 'tls-on-plaintext-port'
    WHEN 'talk-before-tls' THEN 'pipelined-starttls'
    WHEN 'unasked-login' THEN 'unsolicited-auth'
    WHEN 'wrong-login' THEN 'auth-failed'
    WHEN 'bad-command' THEN 'invalid-command'
    WHEN 'too-slow' THEN 'timeout'
    ELSE 'disconnect-in-message'
  END
WHERE name IN ('odd-helo', 'blank-before-address', 'bad-parameter', 'needless-argument', 'lenient-end', 'several-from',
  'tls-on-plain-port', 'talk-before-tls', 'unasked-login', 'wrong-login', 'bad-command', 'too-slow', 'cut-off');

UPDATE message SET reason = 'penalty-license' WHERE reason = 'penalty-licence';
UPDATE event SET reason = 'penalty-license' WHERE reason = 'penalty-licence';
