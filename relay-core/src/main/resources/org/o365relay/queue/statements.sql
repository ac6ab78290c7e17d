-- Every statement of the queue, by name. Valid in SQLite (3.35 or newer) and PostgreSQL.

-- name: insert-message
INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice,
  size, attempts, due_at, route, lane, priority, content_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)

-- name: insert-recipient
INSERT INTO recipient (message_id, ordinal, address, state, notify, original) VALUES (?, ?, ?, 'queued', ?, ?)

-- name: insert-chunk
INSERT INTO chunk (message_id, ordinal, content) VALUES (?, ?, ?)

-- name: insert-incoming
INSERT INTO incoming (message_id, started_at) VALUES (?, ?)

-- name: delete-incoming
DELETE FROM incoming WHERE message_id = ?

-- name: delete-chunks
DELETE FROM chunk WHERE message_id = ?

-- The content of a settled message, unless another part of it is still open.
-- name: delete-content
DELETE FROM chunk WHERE message_id = ?
  AND NOT EXISTS (SELECT 1 FROM message WHERE id = ? AND due_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM message WHERE content_id = ? AND due_at IS NOT NULL)

-- name: half-received
SELECT message_id FROM incoming ORDER BY message_id LIMIT ?

-- Clients that have a message due, in their order. A loose index scan: each step of the recursion seeks the next
-- client, so that the number of messages does not matter.
-- name: due-clients
WITH RECURSIVE turn (name) AS (
  SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND client > ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND client > turn.name AND due_at IS NOT NULL)
  FROM turn WHERE turn.name IS NOT NULL
)
SELECT name FROM turn
WHERE name IS NOT NULL
  AND EXISTS (SELECT 1 FROM message WHERE lane = ? AND priority = ? AND client = turn.name AND due_at <= ?)
LIMIT ?

-- name: due-of-client
SELECT id, due_at FROM message WHERE lane = ? AND priority = ? AND client = ? AND due_at <= ?
ORDER BY due_at, id LIMIT ?

-- One at a time, because RETURNING promises no order; due_at and lane once more, because another mailbox of the pool,
-- or where several relays share a queue another relay, may have been quicker.
-- name: claim-message
UPDATE message SET lease = ?, due_at = ?, lane = ?, attempts = attempts + 1
WHERE id = ? AND due_at = ? AND lane = ?
RETURNING id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts,
  route, lane, priority, content_id

-- name: claimed-recipients
SELECT recipient.message_id, recipient.ordinal, recipient.address, recipient.state,
  recipient.notify, recipient.original
FROM message JOIN recipient ON recipient.message_id = message.id
WHERE message.lease = ?
ORDER BY message.id, recipient.ordinal

-- name: next-due
WITH RECURSIVE turn (name) AS (
  SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND client > turn.name AND due_at IS NOT NULL)
  FROM turn WHERE turn.name IS NOT NULL
)
SELECT min((SELECT min(due_at) FROM message
  WHERE lane = ? AND priority = ? AND client = turn.name AND due_at IS NOT NULL))
FROM turn WHERE name IS NOT NULL

-- name: put-back
UPDATE message SET lease = NULL, due_at = ?, lane = ?, attempts = attempts - 1 WHERE id = ? AND lease = ?

-- name: release
UPDATE message SET lane = route WHERE id IN (
  SELECT id FROM message WHERE lane = ? AND route = ? AND lane <> route AND due_at IS NOT NULL AND lease IS NULL LIMIT ?)

-- name: lanes
WITH RECURSIVE found (name) AS (
  SELECT min(lane) FROM message WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(lane) FROM message WHERE lane > found.name AND due_at IS NOT NULL)
  FROM found WHERE found.name IS NOT NULL
)
SELECT name FROM found WHERE name IS NOT NULL

-- name: stranded
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts,
  route, lane, priority, content_id, due_at
FROM message
WHERE lane = ? AND due_at IS NOT NULL AND (priority, client, due_at, id) > (?, ?, ?, ?)
ORDER BY priority, client, due_at, id LIMIT ?

-- name: recipients
SELECT message_id, ordinal, address, state, notify, original FROM recipient WHERE message_id = ? ORDER BY ordinal

-- name: reroute
UPDATE message SET route = ?, lane = ?, priority = ? WHERE id = ? AND lane = ? AND due_at IS NOT NULL AND lease IS NULL

-- name: read-chunk
SELECT content FROM chunk WHERE message_id = ? AND ordinal = ?

-- name: settle-recipient
UPDATE recipient SET state = ? WHERE message_id = ? AND ordinal = ?

-- name: settle-message
UPDATE message SET lease = NULL, due_at = NULL, settled_at = ? WHERE id = ? AND lease = ?

-- name: defer-message
UPDATE message SET lease = NULL, due_at = ?, attempts = attempts - ?, reason = coalesce(?, reason)
WHERE id = ? AND lease = ?

-- name: insert-event
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, reason, uncertain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: record-interruptions
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, uncertain)
SELECT id, ?, NULL, 'interrupted', '', ?, 1 FROM message WHERE lease IS NOT NULL

-- Who had not been tried before keeps its place.
-- name: end-leases
UPDATE message SET lease = NULL, due_at = CASE WHEN attempts <= 1 THEN received_at ELSE ? END WHERE lease IS NOT NULL

-- name: old-messages
SELECT id FROM message WHERE settled_at < ? ORDER BY settled_at LIMIT ?

-- name: delete-message
DELETE FROM message WHERE id = ?

-- name: delete-recipients
DELETE FROM recipient WHERE message_id = ?

-- name: delete-events
DELETE FROM event WHERE message_id = ?

-- name: events
SELECT at, recipient, kind, upstream, detail, reason, uncertain FROM event WHERE message_id = ? ORDER BY id

-- name: write-device
INSERT INTO device (address, helo, first_seen, last_seen, messages, octets, refusals) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (address) DO UPDATE SET helo = excluded.helo, last_seen = excluded.last_seen,
  messages = excluded.messages, octets = excluded.octets, refusals = excluded.refusals

-- name: write-deviation
INSERT INTO deviation (address, name, count) VALUES (?, ?, ?)
ON CONFLICT (address, name) DO UPDATE SET count = excluded.count

-- name: write-spending
INSERT INTO spending (address, since, recipients) VALUES (?, ?, ?)
ON CONFLICT (address, since) DO UPDATE SET recipients = excluded.recipients

-- name: devices
SELECT address, helo, first_seen, last_seen, messages, octets, refusals FROM device

-- name: deviations
SELECT address, name, count FROM deviation

-- name: spending
SELECT address, since, recipients FROM spending

-- name: delete-device
DELETE FROM device WHERE address = ?

-- name: delete-deviations
DELETE FROM deviation WHERE address = ?

-- name: delete-spending
DELETE FROM spending WHERE address = ?

-- name: delete-old-spending
DELETE FROM spending WHERE since <= ? OR since > ?

-- name: add-sent
INSERT INTO sent (account, since, recipients) VALUES (?, ?, ?)
ON CONFLICT (account, since) DO UPDATE SET recipients = sent.recipients + excluded.recipients

-- name: sent
SELECT since, recipients FROM sent WHERE account = ? AND since > ? ORDER BY since

-- name: delete-old-sent
DELETE FROM sent WHERE since <= ? OR since > ?

-- name: tell
INSERT INTO told (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at

-- name: told
SELECT at FROM told WHERE name = ?

-- name: delete-old-told
DELETE FROM told WHERE at < ?

-- name: mark
INSERT INTO mark (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: marked
SELECT value FROM mark WHERE name = ?

-- name: stop-mailbox
INSERT INTO stopped (mailbox, at, by) VALUES (?, ?, ?) ON CONFLICT (mailbox) DO NOTHING

-- name: resume-mailbox
DELETE FROM stopped WHERE mailbox = ?

-- name: stopped-mailboxes
SELECT mailbox, at, by FROM stopped ORDER BY mailbox
