-- Every statement of the queue, by name. Valid in SQLite (3.35 or newer) and PostgreSQL.

-- name: insert-message
INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice,
  size, attempts, due_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)

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

-- name: half-received
SELECT message_id FROM incoming ORDER BY message_id LIMIT ?

-- name: due-messages
SELECT id FROM message WHERE due_at <= ? ORDER BY due_at, id LIMIT ?

-- One at a time, because RETURNING promises no order; due_at once more, because where several relays share a
-- queue another one may have been quicker.
-- name: claim-message
UPDATE message SET lease = ?, due_at = ?, attempts = attempts + 1
WHERE id = ? AND due_at <= ?
RETURNING id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts

-- name: claimed-recipients
SELECT recipient.message_id, recipient.ordinal, recipient.address, recipient.state,
  recipient.notify, recipient.original
FROM message JOIN recipient ON recipient.message_id = message.id
WHERE message.lease = ?
ORDER BY message.id, recipient.ordinal

-- name: next-due
SELECT min(due_at) FROM message WHERE due_at IS NOT NULL

-- name: read-chunk
SELECT content FROM chunk WHERE message_id = ? AND ordinal = ?

-- name: settle-recipient
UPDATE recipient SET state = ? WHERE message_id = ? AND ordinal = ?

-- name: settle-message
UPDATE message SET lease = NULL, due_at = NULL, settled_at = ? WHERE id = ? AND lease = ?

-- name: defer-message
UPDATE message SET lease = NULL, due_at = ?, attempts = attempts - ? WHERE id = ? AND lease = ?

-- name: insert-event
INSERT INTO event (message_id, at, recipient, kind, upstream, detail) VALUES (?, ?, ?, ?, ?, ?)

-- name: record-interruptions
INSERT INTO event (message_id, at, recipient, kind, upstream, detail)
SELECT id, ?, NULL, 'interrupted', '', ? FROM message WHERE lease IS NOT NULL

-- name: end-leases
UPDATE message SET lease = NULL, due_at = ? WHERE lease IS NOT NULL

-- name: old-messages
SELECT id FROM message WHERE settled_at < ? ORDER BY settled_at LIMIT ?

-- name: delete-message
DELETE FROM message WHERE id = ?

-- name: delete-recipients
DELETE FROM recipient WHERE message_id = ?

-- name: delete-events
DELETE FROM event WHERE message_id = ?

-- name: events
SELECT at, recipient, kind, upstream, detail FROM event WHERE message_id = ? ORDER BY id

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
