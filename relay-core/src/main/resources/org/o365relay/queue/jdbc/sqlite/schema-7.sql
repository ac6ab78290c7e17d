-- Version 7: recognizes a Message-ID that an earlier message with other content has, and keeps the content of settled
-- messages.

-- Identifies the content, without the fields that servers on the way add; NULL if there is no Message-ID, if an older
-- relay received the message, or if this relay generated it.
ALTER TABLE message ADD COLUMN fingerprint INTEGER;
-- The Message-ID to send instead of the one in the content; NULL if that one is kept.
ALTER TABLE message ADD COLUMN new_message_id TEXT;

-- Messages that keep their Message-ID. All of them with the same Message-ID have the same content, except those that an
-- older relay received.
CREATE INDEX message_kept_id ON message (message_id_header)
  WHERE message_id_header IS NOT NULL AND new_message_id IS NULL;

-- Until when the content of a settled message is kept, on the steady clock; NULL if it is not kept.
ALTER TABLE message ADD COLUMN content_until INTEGER;
-- Covers the size, so that adding up the sizes reads no row.
CREATE INDEX message_content_until ON message (content_until, size) WHERE content_until IS NOT NULL;

-- Parts of split messages that need their content, and resent messages.
DROP INDEX message_content;
CREATE INDEX message_content ON message (content_id)
  WHERE content_id IS NOT NULL AND (due_at IS NOT NULL OR content_until IS NOT NULL);
