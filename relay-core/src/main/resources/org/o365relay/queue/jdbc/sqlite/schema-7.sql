-- Version 7: recognizes a Message-ID that an earlier message with other content has.

-- Identifies the content, without the fields that servers on the way add; NULL if there is no Message-ID, if an older
-- relay received the message, or if this relay generated it.
ALTER TABLE message ADD COLUMN fingerprint INTEGER;
-- The Message-ID to send instead of the one in the content; NULL if that one is kept.
ALTER TABLE message ADD COLUMN new_message_id TEXT;

-- Messages that keep their Message-ID. All of them with the same Message-ID have the same content, except those that an
-- older relay received.
CREATE INDEX message_kept_id ON message (message_id_header)
  WHERE message_id_header IS NOT NULL AND new_message_id IS NULL;
