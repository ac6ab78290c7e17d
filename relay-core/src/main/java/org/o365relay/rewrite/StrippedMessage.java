package org.o365relay.rewrite;

import java.util.List;

/// A message without its large attachments, and the removed attachments.
public final class StrippedMessage implements StripResult {

    private final byte[] content;
    private final List<Attachment> attachments;

    StrippedMessage(byte[] content, List<Attachment> attachments) {
        this.content = content;
        this.attachments = List.copyOf(attachments);
    }

    /// @return the message without the removed attachments. The array is not a copy
    public byte[] content() {
        return content;
    }

    /// @return the removed attachments in message order
    public List<Attachment> attachments() {
        return attachments;
    }
}
