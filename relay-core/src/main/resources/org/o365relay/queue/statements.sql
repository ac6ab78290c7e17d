-- Every statement of the queue, by name. Valid in SQLite (3.35 or newer) and PostgreSQL.

-- name: insert-message
INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice,
  size, attempts, due_at, route, lane, priority, content_id, subject, header_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)

-- name: insert-recipient
INSERT INTO recipient (message_id, ordinal, address, state, notify, original) VALUES (?, ?, ?, 'queued', ?, ?)

-- name: insert-chunk
INSERT INTO chunk (message_id, ordinal, content, checksum) VALUES (?, ?, ?, ?)

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

-- Whose lease has run out may have been delivered. Before claim-message, with the same conditions.
-- name: record-interruption
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, uncertain)
SELECT id, ?, NULL, 'interrupted', '', ?, 1 FROM message WHERE id = ? AND due_at = ? AND lane = ? AND lease > 0

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

-- Messages due so late that the clock must have been wrong; those on hold are due at the end of time.
-- name: late
WITH RECURSIVE turn (name) AS (
  SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND client > turn.name AND due_at IS NOT NULL)
  FROM turn WHERE turn.name IS NOT NULL
)
SELECT message.id FROM turn CROSS JOIN message
WHERE turn.name IS NOT NULL AND message.lane = ? AND message.priority = ? AND message.client = turn.name
  AND message.due_at > ? AND message.due_at < ? AND message.lease IS NULL AND message.held_at IS NULL
LIMIT ?

-- Messages that nobody has tried, made and due in the future: ids grow with time, so that others are not even looked at.
-- name: ahead
SELECT id FROM message
WHERE id > ? AND due_at > ? AND attempts = 0 AND reason IS NULL AND lease IS NULL AND held_at IS NULL
LIMIT ?

-- name: hasten
UPDATE message SET due_at = ? WHERE id = ? AND lease IS NULL AND held_at IS NULL AND due_at IS NOT NULL

-- name: newest-id
SELECT max(id) FROM message

-- What an operator has put on hold stays so, whoever has claimed it: only an operator claims it, to give it up. Such
-- a claim has a negative lease, and is no attempt.
-- name: put-back
UPDATE message SET lease = NULL, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END, lane = ?,
  attempts = attempts - CASE WHEN lease < 0 THEN 0 ELSE 1 END
WHERE id = ? AND lease = ?

-- name: set-aside
UPDATE message SET lease = NULL, held_at = ?, due_at = ?,
  attempts = attempts - CASE WHEN lease < 0 THEN 0 ELSE 1 END
WHERE id = ? AND lease = ?

-- name: interrupt
UPDATE message SET lease = NULL, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END,
  reason = coalesce(reason, 'interrupted')
WHERE id = ? AND lease = ?

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
SELECT content, checksum FROM chunk WHERE message_id = ? AND ordinal = ?

-- name: settle-recipient
UPDATE recipient SET state = ? WHERE message_id = ? AND ordinal = ?

-- name: settle-message
UPDATE message SET lease = NULL, due_at = NULL, held_at = NULL, settled_at = ? WHERE id = ? AND lease = ?

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

-- Who has not been tried often keeps its place, unless the clock was ahead when it came in. To be given up is no
-- attempt: who had been tried before is due now.
-- name: end-leases
UPDATE message SET lease = NULL,
  due_at = CASE WHEN held_at IS NOT NULL THEN due_at
    WHEN received_at < ? AND attempts <= CASE WHEN lease < 0 THEN 0 ELSE 3 END THEN received_at
    ELSE ? END,
  reason = CASE WHEN lease > 0 THEN coalesce(reason, 'interrupted') ELSE reason END
WHERE lease IS NOT NULL

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

-- name: newest
SELECT max(id) FROM message

-- name: received-at
SELECT received_at FROM message WHERE id = ?

-- The number of open messages matters to these four: they read an index, and no row.
-- name: open-by-place
SELECT lane, priority, client, count(*), min(id) FROM message WHERE due_at IS NOT NULL GROUP BY lane, priority, client

-- name: open-by-reason
WITH RECURSIVE found (name) AS (
  SELECT min(reason) FROM message WHERE reason IS NOT NULL AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(reason) FROM message WHERE reason > found.name AND due_at IS NOT NULL)
  FROM found WHERE found.name IS NOT NULL
)
SELECT name, (SELECT count(*) FROM message WHERE reason = found.name AND due_at IS NOT NULL)
FROM found WHERE name IS NOT NULL

-- name: oldest-of-reason
SELECT id FROM message WHERE reason = ? AND due_at IS NOT NULL ORDER BY id LIMIT 1

-- name: open-on-hold
SELECT count(*), count(reason) FROM message WHERE held_at IS NOT NULL

-- name: open-in-delivery
SELECT count(*), count(held_at), count(CASE WHEN held_at IS NULL THEN reason END) FROM message WHERE lease IS NOT NULL

-- As next-due, but for what is being delivered: it is passed over, one row each.
-- name: next-attempt
WITH RECURSIVE turn (name) AS (
  SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND due_at IS NOT NULL
  UNION ALL
  SELECT (SELECT min(client) FROM message WHERE lane = ? AND priority = ? AND client > turn.name AND due_at IS NOT NULL)
  FROM turn WHERE turn.name IS NOT NULL
)
SELECT min((SELECT due_at FROM message
  WHERE lane = ? AND priority = ? AND client = turn.name AND due_at IS NOT NULL AND lease IS NULL
  ORDER BY due_at LIMIT 1))
FROM turn WHERE name IS NOT NULL

-- name: first-recipients
SELECT address FROM recipient WHERE message_id = ? ORDER BY ordinal LIMIT ?

-- name: has-content
SELECT EXISTS (SELECT 1 FROM chunk WHERE message_id = ?)

-- name: is-leased
SELECT lease IS NOT NULL FROM message WHERE id = ?

-- Who is due already keeps its place.
-- name: retry
UPDATE message SET due_at = CASE WHEN due_at > ? THEN ? ELSE due_at END WHERE id = ?

-- name: hold
UPDATE message SET held_at = ?, due_at = ? WHERE id = ?

-- name: end-hold
UPDATE message SET held_at = NULL, due_at = ? WHERE id = ?

-- name: redirect
UPDATE message SET route = ?, lane = ? WHERE id = ?

-- name: give-up-recipients
UPDATE recipient SET state = 'deleted' WHERE message_id = ? AND state = 'queued'

-- name: give-up-recipient
UPDATE recipient SET state = 'deleted' WHERE message_id = ? AND ordinal = ?

-- name: give-up
UPDATE message SET due_at = NULL, held_at = NULL, settled_at = ? WHERE id = ?

-- name: readdress
UPDATE recipient SET address = ? WHERE message_id = ? AND ordinal = ?

-- name: reopen-recipient
UPDATE recipient SET state = 'queued' WHERE message_id = ? AND ordinal = ?

-- name: needs-smtp-utf8
UPDATE message SET smtp_utf8 = 1 WHERE id = ?

-- name: seize
UPDATE message SET lease = ?, due_at = CASE WHEN held_at IS NULL THEN ? ELSE due_at END
WHERE id = ? AND lease IS NULL AND due_at IS NOT NULL
RETURNING id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts,
  route, lane, priority, content_id

-- Open messages whose authors may be told that they wait, by a range of ids, which is one of time.
-- name: waiting
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts,
  route, lane, priority, content_id, reason
FROM message
WHERE id > ? AND id < ? AND due_at IS NOT NULL AND held_at IS NULL AND notice = 0 AND sender IS NOT NULL
ORDER BY id LIMIT ?

-- name: insert-warned
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, reason, uncertain)
SELECT id, ?, NULL, 'warned', '', ?, '', 0 FROM message WHERE id = ? AND due_at IS NOT NULL

-- name: withhold
INSERT INTO withheld (message_id, kind, client, recipient, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (client, recipient, message_id, kind) DO NOTHING

-- name: withheld-piles
SELECT client, recipient, count(*) AS count, min(at) AS since FROM withheld WHERE at <= ?
GROUP BY client, recipient

-- name: withheld
SELECT withheld.message_id, withheld.kind, withheld.at, message.received_at, message.due_at, message.subject, message.helo
FROM withheld LEFT JOIN message ON message.id = withheld.message_id
WHERE withheld.client = ? AND withheld.recipient = ? AND withheld.at <= ?
ORDER BY withheld.message_id, withheld.kind LIMIT ?

-- name: count-withheld
SELECT count(*) FROM withheld WHERE client = ? AND recipient = ? AND at <= ?

-- name: delete-withheld
DELETE FROM withheld WHERE (client, recipient, message_id, kind) IN (
  SELECT client, recipient, message_id, kind FROM withheld WHERE client = ? AND recipient = ? AND at <= ? LIMIT ?)

-- name: stand-alert
INSERT INTO alert (name, since, subject, text, advice, mailed) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET since = excluded.since, subject = excluded.subject, text = excluded.text,
  advice = excluded.advice, mailed = excluded.mailed

-- name: lift-alert
DELETE FROM alert WHERE name = ?

-- name: standing-alerts
SELECT name, since, subject, text, advice, mailed FROM alert

-- How many messages wait, as far as it is asked; those on hold do not. Reads no further than that.
-- name: waiting-count
SELECT count(*) FROM (SELECT 1 FROM message WHERE due_at IS NOT NULL AND due_at < ? LIMIT ?) AS waiting

-- When the oldest message that waits came in. The plus keeps SQLite from going through all messages in the order of
-- their ids, history first, instead of the index of open ones.
-- name: oldest-waiting
SELECT received_at FROM message
WHERE id = (SELECT min(+id) FROM message WHERE due_at IS NOT NULL AND due_at < ?)

-- name: known-message
SELECT id, received_at, client, helo, protocol, sender, smtp_utf8, body, envelope_id, returned, notice, size, attempts,
  route, lane, priority, content_id
FROM message WHERE id = ?
