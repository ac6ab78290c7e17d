-- Statements that verify and repair a whole queue, by name. None is used while mail is accepted or delivered.
-- "?1" is now on the system clock, "?4" on the steady clock, "?2" the latest time at which a message can be due, "?3" the
-- end of time. A statement may scan a table
-- once, but not once for each row: for each row it may only search an index.

-- name: every-message
SELECT * FROM message WHERE id > ? ORDER BY id

-- name: message
SELECT * FROM message WHERE id = ?

-- name: chunks
SELECT ordinal, content, checksum FROM chunk WHERE message_id = ? ORDER BY ordinal

-- name: all-events
SELECT * FROM event WHERE message_id = ? ORDER BY id

-- name: count-quarantined
SELECT count(*) FROM event WHERE message_id = ? AND kind = 'damaged' AND detail LIKE '%quarantine%'

-- name: orphaned-content
SELECT DISTINCT message_id FROM chunk
WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = chunk.message_id)
  AND message_id NOT IN (SELECT content_id FROM message WHERE content_id IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM incoming WHERE message_id = chunk.message_id)

-- name: delete-orphaned-content
DELETE FROM chunk WHERE message_id = ?

-- name: hold-damaged-message
UPDATE message SET lease = NULL, due_at = ?, held_at = ?, settled_at = NULL WHERE id = ?

-- name: insert-event-for-each-open
INSERT INTO event (message_id, at, recipient, kind, upstream, detail, uncertain)
SELECT id, ?, NULL, ?, '', ?, 1 FROM message WHERE due_at IS NOT NULL

-- name: hold-open
UPDATE message SET held_at = ?, due_at = ? WHERE due_at IS NOT NULL AND held_at IS NULL

-- name: received-in-the-future
SELECT count(*) FROM message WHERE received_at > ?

-- name: find-settled-and-open
SELECT count(*) FROM message WHERE settled_at IS NOT NULL AND due_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued')

-- name: fix-settled-and-open
UPDATE message SET due_at = NULL, lease = NULL, held_at = NULL WHERE settled_at IS NOT NULL AND due_at IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued')

-- name: find-open-but-settled
SELECT count(*) FROM message WHERE settled_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued')

-- name: fix-open-but-settled
UPDATE message SET settled_at = NULL, lease = NULL, held_at = ?1, due_at = ?3 WHERE settled_at IS NOT NULL
  AND EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued')

-- name: find-never-due
SELECT count(*) FROM message WHERE due_at IS NULL AND settled_at IS NULL

-- name: fix-never-due
UPDATE message SET
  due_at = CASE WHEN EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued') THEN ?4 END,
  settled_at = CASE WHEN EXISTS (SELECT 1 FROM recipient WHERE message_id = message.id AND state = 'queued')
    THEN NULL ELSE ?1 END
WHERE due_at IS NULL AND settled_at IS NULL

-- name: find-leased-though-settled
SELECT count(*) FROM message WHERE lease IS NOT NULL AND due_at IS NULL AND settled_at IS NOT NULL

-- name: fix-leased-though-settled
UPDATE message SET lease = NULL WHERE lease IS NOT NULL AND due_at IS NULL AND settled_at IS NOT NULL

-- name: find-held-but-due
SELECT count(*) FROM message WHERE held_at IS NOT NULL AND due_at IS NOT NULL AND due_at <> ?3 AND lease IS NULL

-- name: fix-held-but-due
UPDATE message SET due_at = ?3 WHERE held_at IS NOT NULL AND due_at IS NOT NULL AND due_at <> ?3 AND lease IS NULL

-- name: find-due-in-the-far-future
SELECT count(*) FROM message WHERE due_at > ?2 AND held_at IS NULL AND lease IS NULL

-- name: fix-due-in-the-far-future
UPDATE message SET due_at = ?4 WHERE due_at > ?2 AND held_at IS NULL AND lease IS NULL

-- name: find-unknown-priority
SELECT count(*) FROM message WHERE priority NOT IN (0, 1)

-- name: fix-unknown-priority
UPDATE message SET priority = 1 WHERE priority NOT IN (0, 1)

-- name: find-complete-though-incoming
SELECT count(*) FROM incoming WHERE EXISTS (SELECT 1 FROM message WHERE id = incoming.message_id)

-- name: fix-complete-though-incoming
DELETE FROM incoming WHERE EXISTS (SELECT 1 FROM message WHERE id = incoming.message_id)

-- name: find-content-of-settled
SELECT count(*) FROM chunk
WHERE (EXISTS (SELECT 1 FROM message WHERE id = chunk.message_id)
    OR message_id IN (SELECT content_id FROM message WHERE content_id IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM message
    WHERE id = chunk.message_id AND (due_at IS NOT NULL OR content_until IS NOT NULL))
  AND message_id NOT IN (SELECT content_id FROM message
    WHERE content_id IS NOT NULL AND (due_at IS NOT NULL OR content_until IS NOT NULL))

-- name: fix-content-of-settled
DELETE FROM chunk
WHERE (EXISTS (SELECT 1 FROM message WHERE id = chunk.message_id)
    OR message_id IN (SELECT content_id FROM message WHERE content_id IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM message
    WHERE id = chunk.message_id AND (due_at IS NOT NULL OR content_until IS NOT NULL))
  AND message_id NOT IN (SELECT content_id FROM message
    WHERE content_id IS NOT NULL AND (due_at IS NOT NULL OR content_until IS NOT NULL))

-- name: find-recipients-without-message
SELECT count(*) FROM recipient WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = recipient.message_id)

-- name: fix-recipients-without-message
DELETE FROM recipient WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = recipient.message_id)

-- name: find-events-without-message
SELECT count(*) FROM event WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = event.message_id)

-- name: fix-events-without-message
DELETE FROM event WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = event.message_id)

-- name: orphaned-recipients
SELECT DISTINCT message_id FROM recipient WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = recipient.message_id)
