-- Statements that a running relay uses, by name: standard SQL, with RETURNING and ON CONFLICT.

-- name: insert-message
INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice,
  size, attempts, due_at, arrived_at, downtime, route, mailbox, priority, content_id, subject,
  message_id_header, fingerprint, new_message_id, header_changes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?13,
  coalesce((SELECT downtime FROM clock WHERE one = 1), 0), ?14, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)

-- Whether the newest message that keeps this Message-ID has different content.
-- name: has-other-content
SELECT CASE WHEN coalesce(fingerprint <> ?3, size <> ?2) THEN 1 ELSE 0 END FROM message
WHERE message_id_header = ?1 AND new_message_id IS NULL ORDER BY id DESC LIMIT 1

-- name: insert-recipient
INSERT INTO recipient (message_id, ordinal, address, state, dsn_notify, original_recipient)
VALUES (?, ?, ?, 'queued', ?, ?)

-- name: insert-chunk
INSERT INTO chunk (message_id, ordinal, content, checksum) VALUES (?, ?, ?, ?)

-- name: insert-incoming
INSERT INTO incoming (message_id, started_at) VALUES (?, ?)

-- name: delete-incoming
DELETE FROM incoming WHERE message_id = ?

-- name: delete-chunks
DELETE FROM chunk WHERE message_id = ?

-- name: delete-chunks-from
DELETE FROM chunk WHERE message_id = ? AND ordinal >= ?

-- Deletes content, unless a message is still open or keeps it: a part of a split message, or a resent message.
-- name: delete-content
DELETE FROM chunk WHERE message_id = ?
  AND NOT EXISTS (SELECT 1 FROM message WHERE id = ? AND (due_at IS NOT NULL OR content_until IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM message WHERE content_id = ? AND (due_at IS NOT NULL OR content_until IS NOT NULL))

-- name: keep-content
UPDATE message SET content_until = ? WHERE id = ?

-- The new message of a resent one: received now, with the content of the original.
-- name: resend
INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice,
  size, attempts, due_at, arrived_at, downtime, route, mailbox, priority, content_id, subject,
  message_id_header, fingerprint, new_message_id, header_changes)
SELECT ?1, ?2, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size, 0, ?3, ?3,
  coalesce((SELECT downtime FROM clock WHERE one = 1), 0), coalesce(?4, route), coalesce(?4, route), priority,
  coalesce(content_id, id), subject, message_id_header, fingerprint, ?5, header_changes
FROM message WHERE id = ?6

-- name: message-ids
SELECT message_id_header, new_message_id,
  EXISTS (SELECT 1 FROM event WHERE event.message_id = message.id AND kind = 'resent') AS resent
FROM message WHERE id = ?

-- name: has-failed
SELECT EXISTS (SELECT 1 FROM recipient WHERE message_id = ? AND state = 'failed')

-- Reads an index, and no row.
-- name: kept-size
SELECT coalesce(sum(size), 0) FROM message WHERE content_until IS NOT NULL

-- name: kept-content
SELECT id, coalesce(content_id, id) AS content, size, content_until FROM message WHERE content_until IS NOT NULL
ORDER BY content_until LIMIT ?

-- name: incoming-messages
SELECT message_id FROM incoming ORDER BY message_id

-- Clients with due messages, in the order of their addresses. A loose index scan: each step of the recursion seeks the
-- next client, so the cost does not depend on the number of messages.
-- name: due-clients
WITH RECURSIVE each_client (name) AS (
  SELECT min(client) FROM message WHERE mailbox = ? AND priority = ? AND client > ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message
    WHERE mailbox = ? AND priority = ? AND client > each_client.name AND due_at IS NOT NULL)
  FROM each_client WHERE each_client.name IS NOT NULL
)
SELECT name FROM each_client
WHERE name IS NOT NULL
  AND EXISTS (SELECT 1 FROM message WHERE mailbox = ? AND priority = ? AND client = each_client.name AND due_at <= ?)
LIMIT ?

-- name: due-of-client
SELECT id, due_at FROM message WHERE mailbox = ? AND priority = ? AND client = ? AND due_at <= ?
ORDER BY due_at, id LIMIT ?

-- One message at a time, because RETURNING guarantees no order. due_at and mailbox are compared again, because another
-- mailbox of the pool, or another relay that shares the queue, may have claimed the message first.
-- An arrival in the future becomes an arrival now: after a crash, the clock may have lost up to a few minutes.
-- name: claim-message
UPDATE message SET lease = ?1, due_at = ?2, mailbox = ?3, attempts = attempts + 1,
  arrived_at = min(arrived_at, ?7)
WHERE id = ?4 AND due_at = ?5 AND mailbox = ?6
RETURNING id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size,
  attempts, route, mailbox, priority, content_id, new_message_id, header_changes,
  arrived_at, coalesce((SELECT downtime FROM clock WHERE one = 1), 0) - downtime AS idle

-- Runs before claim-message, with the same conditions. A message whose lease has expired may have been delivered.
-- name: record-interruption
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, uncertain)
SELECT id, ?, NULL, 'interrupted', '', ?, 1 FROM message WHERE id = ? AND due_at = ? AND mailbox = ? AND lease > 0

-- name: claimed-recipients
SELECT recipient.message_id, recipient.ordinal, recipient.address, recipient.state,
  recipient.dsn_notify, recipient.original_recipient
FROM message JOIN recipient ON recipient.message_id = message.id
WHERE message.lease = ?
ORDER BY message.id, recipient.ordinal

-- name: next-due
WITH RECURSIVE each_client (name) AS (
  SELECT min(client) FROM message WHERE mailbox = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message
    WHERE mailbox = ? AND priority = ? AND client > each_client.name AND due_at IS NOT NULL)
  FROM each_client WHERE each_client.name IS NOT NULL
)
SELECT min((SELECT min(due_at) FROM message
  WHERE mailbox = ? AND priority = ? AND client = each_client.name AND due_at IS NOT NULL))
FROM each_client WHERE name IS NOT NULL

-- Messages due later than any wait can end. Messages on hold are due at the end of time.
-- name: due-too-late
WITH RECURSIVE each_client (name) AS (
  SELECT min(client) FROM message WHERE mailbox = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message
    WHERE mailbox = ? AND priority = ? AND client > each_client.name AND due_at IS NOT NULL)
  FROM each_client WHERE each_client.name IS NOT NULL
)
SELECT message.id FROM each_client CROSS JOIN message
WHERE each_client.name IS NOT NULL AND message.mailbox = ? AND message.priority = ?
  AND message.client = each_client.name
  AND message.due_at > ? AND message.due_at < ? AND message.lease IS NULL AND message.held_at IS NULL
LIMIT ?

-- name: make-due
UPDATE message SET due_at = ? WHERE id = ? AND lease IS NULL AND held_at IS NULL AND due_at IS NOT NULL

-- Messages that are due already keep their places. Uses the index of reasons.
-- name: make-due-by-reason
UPDATE message SET due_at = ?1
WHERE reason = ?2 AND mailbox = ?3 AND attempts <= ?4 AND due_at > ?1 AND lease IS NULL AND held_at IS NULL

-- A message on hold stays on hold: only an operator claims it, to bounce it. The lease of such a claim is negative, and
-- the claim is not counted as an attempt.
-- name: put-back
UPDATE message SET lease = NULL, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END, mailbox = ?,
  attempts = attempts - CASE WHEN lease < 0 THEN 0 ELSE 1 END
WHERE id = ? AND lease = ?

-- name: hold-damaged-claim
UPDATE message SET lease = NULL, held_at = ?, due_at = ?,
  attempts = attempts - CASE WHEN lease < 0 THEN 0 ELSE 1 END
WHERE id = ? AND lease = ?

-- name: interrupt-claim
UPDATE message SET lease = NULL, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END,
  reason = coalesce(reason, 'interrupted')
WHERE id = ? AND lease = ?

-- name: release-to-pool
UPDATE message SET mailbox = route WHERE id IN (
  SELECT id FROM message
  WHERE mailbox = ? AND route = ? AND mailbox <> route AND due_at IS NOT NULL AND lease IS NULL LIMIT ?)

-- name: mailboxes
WITH RECURSIVE each_value (name) AS (
  SELECT min(mailbox) FROM message WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(mailbox) FROM message WHERE mailbox > each_value.name AND due_at IS NOT NULL)
  FROM each_value WHERE each_value.name IS NOT NULL
)
SELECT name FROM each_value WHERE name IS NOT NULL

-- name: orphaned-messages
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size,
  attempts, route, mailbox, priority, content_id, new_message_id, header_changes, due_at
FROM message
WHERE mailbox = ? AND due_at IS NOT NULL AND (priority, client, due_at, id) > (?, ?, ?, ?)
ORDER BY priority, client, due_at, id LIMIT ?

-- name: recipients
SELECT message_id, ordinal, address, state, dsn_notify, original_recipient FROM recipient
WHERE message_id = ? ORDER BY ordinal

-- name: reroute
UPDATE message SET route = ?, mailbox = ?, priority = ?
WHERE id = ? AND mailbox = ? AND due_at IS NOT NULL AND lease IS NULL

-- name: read-chunk
SELECT content, checksum FROM chunk WHERE message_id = ? AND ordinal = ?

-- name: settle-recipient
UPDATE recipient SET state = ? WHERE message_id = ? AND ordinal = ?

-- name: settle-message
UPDATE message SET lease = NULL, due_at = NULL, held_at = NULL, settled_at = ?, kept_from = ?, content_until = NULL
WHERE id = ? AND lease = ?

-- name: defer-message
UPDATE message SET lease = NULL, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END,
  attempts = attempts - CASE WHEN lease < 0 THEN 0 ELSE ? END,
  reason = coalesce(?, reason, 'unknown')
WHERE id = ? AND lease = ?

-- name: insert-event
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, reason, uncertain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: record-interruptions
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, uncertain)
SELECT id, ?, NULL, 'interrupted', '', ?, 1 FROM message WHERE lease > 0

-- A message with few attempts keeps its place in the queue. A claim for a bounce (negative lease) is not an attempt: a
-- message that had been tried before the claim is due now.
-- name: end-leases
UPDATE message SET lease = NULL,
  due_at = CASE WHEN held_at IS NOT NULL THEN due_at
    WHEN attempts <= CASE WHEN lease < 0 THEN 0 ELSE 3 END
      THEN min(arrived_at, ?1)
    ELSE ?1 END,
  reason = CASE WHEN lease > 0 THEN coalesce(reason, 'interrupted') ELSE reason END
WHERE lease IS NOT NULL

-- Expired according to both clocks: a system clock that is ahead does not delete history early.
-- name: expired-history
SELECT id, coalesce(content_id, id) AS content, content_until IS NOT NULL AS keeps_content FROM message
WHERE settled_at < ? AND coalesce(kept_from, 0) < ? ORDER BY settled_at LIMIT ?

-- name: delete-message
DELETE FROM message WHERE id = ?

-- name: delete-recipients
DELETE FROM recipient WHERE message_id = ?

-- name: delete-events
DELETE FROM event WHERE message_id = ?

-- name: events
SELECT at, recipient, kind, upstream, detail, reason, uncertain FROM event WHERE message_id = ? ORDER BY id

-- name: write-device
INSERT INTO device (address, helo, first_seen, last_seen, messages, octets, rejections) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (address) DO UPDATE SET helo = excluded.helo, last_seen = excluded.last_seen,
  messages = excluded.messages, octets = excluded.octets, rejections = excluded.rejections

-- name: write-deviation
INSERT INTO deviation (address, name, count) VALUES (?, ?, ?)
ON CONFLICT (address, name) DO UPDATE SET count = excluded.count

-- name: write-device-usage
INSERT INTO device_usage (address, since, recipients) VALUES (?, ?, ?)
ON CONFLICT (address, since) DO UPDATE SET recipients = excluded.recipients

-- name: devices
SELECT address, helo, first_seen, last_seen, messages, octets, rejections FROM device

-- name: deviations
SELECT address, name, count FROM deviation

-- name: device-usage
SELECT address, since, recipients FROM device_usage

-- name: write-device-day
INSERT INTO device_day (address, weekday, day, accepted, delivered, failed, rejected) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (address, weekday) DO UPDATE SET day = excluded.day, accepted = excluded.accepted,
  delivered = excluded.delivered, failed = excluded.failed, rejected = excluded.rejected

-- name: device-days
SELECT address, day, accepted, delivered, failed, rejected FROM device_day

-- name: insert-failing-recipient
INSERT INTO failing_recipient (address, recipient, failed, total, reason, since, last_failed_at)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: failing-recipients
SELECT address, recipient, failed, total, reason, since, last_failed_at FROM failing_recipient

-- name: delete-device-days
DELETE FROM device_day WHERE address = ?

-- name: delete-failing-recipients
DELETE FROM failing_recipient WHERE address = ?

-- name: delete-device
DELETE FROM device WHERE address = ?

-- name: delete-deviations
DELETE FROM deviation WHERE address = ?

-- name: delete-device-usage
DELETE FROM device_usage WHERE address = ?

-- name: delete-old-device-usage
DELETE FROM device_usage WHERE since <= ? OR since > ?

-- name: add-quota-usage
INSERT INTO quota_usage (account, since, recipients) VALUES (?, ?, ?)
ON CONFLICT (account, since) DO UPDATE SET recipients = quota_usage.recipients + excluded.recipients

-- name: quota-usage
SELECT since, recipients FROM quota_usage WHERE account = ? AND since > ? ORDER BY since

-- name: delete-old-quota-usage
DELETE FROM quota_usage WHERE since <= ? OR since > ?

-- name: record-sent-alert
INSERT INTO sent_alert (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at

-- name: alert-sent-at
SELECT at FROM sent_alert WHERE name = ?

-- name: delete-old-sent-alerts
DELETE FROM sent_alert WHERE at < ?

-- name: save-progress
INSERT INTO progress (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: progress
SELECT value FROM progress WHERE name = ?

-- name: pause-mailbox
INSERT INTO paused_mailbox (mailbox, at, by) VALUES (?, ?, ?) ON CONFLICT (mailbox) DO NOTHING

-- name: resume-mailbox
DELETE FROM paused_mailbox WHERE mailbox = ?

-- name: paused-mailboxes
SELECT mailbox, at, by FROM paused_mailbox ORDER BY mailbox

-- name: newest-id
SELECT max(id) FROM message

-- name: received-at
SELECT received_at FROM message WHERE id = ?

-- The cost of the next four grows with the number of open messages: they read an index, and no row.
-- name: open-by-mailbox-and-client
SELECT mailbox, priority, client, count(*), min(id), count(CASE WHEN due_at <= ? THEN 1 END)
FROM message WHERE due_at IS NOT NULL
GROUP BY mailbox, priority, client

-- name: open-by-reason
WITH RECURSIVE each_value (name) AS (
  SELECT min(reason) FROM message WHERE reason IS NOT NULL AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(reason) FROM message WHERE reason > each_value.name AND due_at IS NOT NULL)
  FROM each_value WHERE each_value.name IS NOT NULL
)
SELECT name, (SELECT count(*) FROM message WHERE reason = each_value.name AND due_at IS NOT NULL)
FROM each_value WHERE name IS NOT NULL

-- name: oldest-with-reason
SELECT id FROM message WHERE reason = ? AND due_at IS NOT NULL ORDER BY id LIMIT 1

-- name: open-on-hold
SELECT count(*), count(reason) FROM message WHERE held_at IS NOT NULL

-- name: open-in-delivery
SELECT count(*), count(held_at), count(CASE WHEN held_at IS NULL THEN reason END) FROM message WHERE lease IS NOT NULL

-- As next-due, without messages that are being delivered: each of those costs one row.
-- name: next-attempt
WITH RECURSIVE each_client (name) AS (
  SELECT min(client) FROM message WHERE mailbox = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message
    WHERE mailbox = ? AND priority = ? AND client > each_client.name AND due_at IS NOT NULL)
  FROM each_client WHERE each_client.name IS NOT NULL
)
SELECT min((SELECT due_at FROM message
  WHERE mailbox = ? AND priority = ? AND client = each_client.name AND due_at IS NOT NULL AND lease IS NULL
  ORDER BY due_at LIMIT 1))
FROM each_client WHERE name IS NOT NULL

-- name: first-recipients
SELECT address FROM recipient WHERE message_id = ? ORDER BY ordinal LIMIT ?

-- name: has-content
SELECT EXISTS (SELECT 1 FROM chunk WHERE message_id = ?)

-- name: is-leased
SELECT lease IS NOT NULL FROM message WHERE id = ?

-- A message that is due already keeps its place.
-- name: retry
UPDATE message SET due_at = CASE WHEN due_at > ? THEN ? ELSE due_at END WHERE id = ?

-- name: hold
UPDATE message SET held_at = ?, due_at = ? WHERE id = ?

-- name: release-hold
UPDATE message SET held_at = NULL, due_at = ? WHERE id = ?

-- name: redirect
UPDATE message SET route = ?, mailbox = ? WHERE id = ?

-- name: delete-open-recipients
UPDATE recipient SET state = 'deleted' WHERE message_id = ? AND state = 'queued'

-- name: mark-recipient-redirected
UPDATE recipient SET state = 'redirected' WHERE message_id = ? AND ordinal = ?

-- name: settle-unclaimed
UPDATE message SET due_at = NULL, held_at = NULL, settled_at = ?, kept_from = ?, content_until = NULL WHERE id = ?

-- name: readdress
UPDATE recipient SET address = ? WHERE message_id = ? AND ordinal = ?

-- name: header-changes
SELECT header_changes FROM message WHERE id = ? AND header_changes IS NOT NULL

-- name: set-header-changes
UPDATE message SET header_changes = ? WHERE id = ?

-- name: reopen-recipient
UPDATE recipient SET state = 'queued' WHERE message_id = ? AND ordinal = ?

-- name: set-smtp-utf8
UPDATE message SET smtp_utf8 = 1 WHERE id = ?

-- name: claim-for-bounce
UPDATE message SET lease = ?, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END
WHERE id = ? AND lease IS NULL AND due_at IS NOT NULL
RETURNING id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size,
  attempts, route, mailbox, priority, content_id, new_message_id, header_changes,
  arrived_at, coalesce((SELECT downtime FROM clock WHERE one = 1), 0) - downtime AS idle

-- The first open message that arrived in a period. Ids grow with the time of arrival.
-- name: first-open-arrived
SELECT min(id) FROM message
WHERE id > ?1 AND due_at IS NOT NULL
  AND arrived_at BETWEEN ?2 AND ?3

-- Open messages whose senders may be notified of the delay, by a range of ids.
-- name: delayed-candidates
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size,
  attempts, route, mailbox, priority, content_id, new_message_id, header_changes, reason,
  arrived_at, coalesce((SELECT downtime FROM clock WHERE one = 1), 0) - downtime AS idle
FROM message
WHERE id > ? AND id <= ? AND due_at IS NOT NULL AND held_at IS NULL AND notice = 0 AND sender IS NOT NULL
ORDER BY id LIMIT ?

-- name: insert-delayed-event
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, reason, uncertain)
SELECT id, ?, NULL, 'delayed', '', ?, '', 0 FROM message WHERE id = ? AND due_at IS NOT NULL

-- name: insert-suppressed-notice
INSERT INTO suppressed_notice (message_id, kind, client, recipient, at, waiting_from) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (client, recipient, message_id, kind) DO NOTHING

-- name: suppressed-notice-groups
SELECT client, recipient, count(*) AS count, min(waiting_from) AS since FROM suppressed_notice
WHERE waiting_from <= ?
GROUP BY client, recipient

-- name: suppressed-notices
SELECT suppressed.message_id, suppressed.kind, suppressed.at, message.received_at, message.due_at, message.subject,
  message.helo, message.header_changes
FROM suppressed_notice AS suppressed LEFT JOIN message ON message.id = suppressed.message_id
WHERE suppressed.client = ? AND suppressed.recipient = ? AND suppressed.waiting_from <= ?
ORDER BY suppressed.message_id, suppressed.kind LIMIT ?

-- name: count-suppressed-notices
SELECT count(*) FROM suppressed_notice WHERE client = ? AND recipient = ? AND waiting_from <= ?

-- name: delete-suppressed-notices
DELETE FROM suppressed_notice WHERE client = ? AND recipient = ? AND waiting_from <= ?

-- name: write-active-alert
INSERT INTO active_alert (name, since, subject, text, advice, emailed) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET since = excluded.since, subject = excluded.subject, text = excluded.text,
  advice = excluded.advice, emailed = excluded.emailed

-- name: delete-active-alert
DELETE FROM active_alert WHERE name = ?

-- name: active-alerts
SELECT name, since, subject, text, advice, emailed FROM active_alert

-- Counts waiting messages up to a limit, without those on hold. Reads no more rows than the limit.
-- name: count-waiting
SELECT count(*) FROM (SELECT 1 FROM message WHERE due_at IS NOT NULL AND due_at < ? LIMIT ?) AS waiting

-- When the oldest waiting message arrived. The plus sign keeps the database from scanning all messages in the order of
-- their ids, history first; it uses the index of open messages instead.
-- name: oldest-waiting
SELECT arrived_at FROM message
WHERE id = (SELECT min(+id) FROM message WHERE due_at IS NOT NULL AND due_at < ?)

-- name: message-summary
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, dsn_return, notice, size,
  attempts, route, mailbox, priority, content_id, new_message_id, header_changes
FROM message WHERE id = ?

-- name: clock
SELECT steady, calendar, downtime FROM clock WHERE one = 1

-- name: save-clock
INSERT INTO clock (one, steady, calendar, downtime) VALUES (1, ?, ?, ?)
ON CONFLICT (one) DO UPDATE SET steady = excluded.steady, calendar = excluded.calendar, downtime = excluded.downtime
