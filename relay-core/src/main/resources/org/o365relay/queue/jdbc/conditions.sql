-- Parts of the statements that select messages: columns, source, conditions and order. Rows are read in the order of
-- the ids, so nothing is ever sorted; the plus signs keep the database from choosing another index.

-- name: entries
SELECT message.id, received_at, client, helo, protocol, sender, smtp_utf8, body, notice, size, attempts, due_at, lease,
  held_at, settled_at, route, mailbox, priority, content_id, content_until, reason, subject, message_id_header,
  new_message_id, header_changes,
  (SELECT count(*) FROM recipient AS any_of WHERE any_of.message_id = message.id) AS recipients,
  EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.state = 'failed') AS failed,
  EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.state = 'deleted') AS deleted

-- name: candidates
SELECT message.id, message.mailbox, message.route, message.lease, message.held_at, message.due_at, message.content_id,
  message.size

-- name: count
SELECT count(*)

-- name: latest-received
SELECT max(message.received_at)

-- name: from-messages
FROM message WHERE message.id >= ? AND message.id <= ?

-- name: from-ids
FROM message WHERE +message.id >= ? AND +message.id <= ?

-- Reads the recipients in order, and the messages of the matching ones only; each message once.
-- name: from-recipients
FROM recipient CROSS JOIN message
WHERE message.id = recipient.message_id AND recipient.message_id >= ? AND recipient.message_id <= ?
  AND recipient.address LIKE ? ESCAPE '\' AND NOT EXISTS (
    SELECT 1 FROM recipient AS earlier WHERE earlier.message_id = recipient.message_id
      AND earlier.ordinal < recipient.ordinal AND earlier.address LIKE ? ESCAPE '\')

-- name: from-undelivered-recipients
FROM recipient CROSS JOIN message
WHERE message.id = recipient.message_id AND recipient.message_id >= ? AND recipient.message_id <= ?
  AND recipient.state IN ('failed', 'deleted') AND NOT EXISTS (
    SELECT 1 FROM recipient AS earlier WHERE earlier.message_id = recipient.message_id
      AND earlier.ordinal < recipient.ordinal AND earlier.state IN ('failed', 'deleted'))

-- name: recipient
EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.address LIKE ? ESCAPE '\')

-- name: open
+message.due_at IS NOT NULL

-- name: content-kept
+message.due_at IS NULL AND +message.content_until IS NOT NULL

-- name: content-not-kept
(+message.due_at IS NOT NULL OR +message.content_until IS NULL)

-- name: received-from
message.received_at >= ?

-- name: received-before
message.received_at < ?

-- name: exact-client
message.client = ?

-- name: client
message.client LIKE ? ESCAPE '\'

-- name: sender
message.sender LIKE ? ESCAPE '\'

-- name: null-sender
message.sender IS NULL

-- name: mailbox
message.mailbox LIKE ? ESCAPE '\'

-- name: reason
message.reason LIKE ? ESCAPE '\'

-- name: subject
message.subject LIKE ? ESCAPE '\'

-- name: message-id-header
(message.message_id_header LIKE ? ESCAPE '\' OR message.message_id_header LIKE ? ESCAPE '\'
  OR message.new_message_id LIKE ? ESCAPE '\')

-- name: state-queued
(+message.due_at IS NOT NULL AND +message.lease IS NULL AND message.held_at IS NULL AND message.reason IS NULL)

-- name: state-deferred
(+message.due_at IS NOT NULL AND +message.lease IS NULL AND message.held_at IS NULL AND message.reason IS NOT NULL)

-- name: state-delivering
(+message.due_at IS NOT NULL AND +message.lease IS NOT NULL)

-- name: state-held
(+message.due_at IS NOT NULL AND +message.lease IS NULL AND message.held_at IS NOT NULL)

-- name: state-delivered
(+message.due_at IS NULL AND NOT EXISTS (SELECT 1 FROM recipient AS any_of
  WHERE any_of.message_id = message.id AND any_of.state IN ('failed', 'deleted')))

-- name: state-failed
(+message.due_at IS NULL
  AND EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.state = 'failed')
  AND NOT EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.state = 'deleted'))

-- name: state-deleted
(+message.due_at IS NULL
  AND EXISTS (SELECT 1 FROM recipient AS any_of WHERE any_of.message_id = message.id AND any_of.state = 'deleted'))

-- name: oldest-first
ORDER BY message.id LIMIT ?

-- name: newest-first
ORDER BY message.id DESC LIMIT ?

-- name: oldest-recipients-first
ORDER BY recipient.message_id LIMIT ?

-- name: newest-recipients-first
ORDER BY recipient.message_id DESC LIMIT ?
