package org.o365relay.rewrite;

import java.util.List;

/// A message without its large attachments, and these.
public final class StrippedMessage {

    private final byte[] content;
    private final List<Attachment> attachments;

    StrippedMessage(byte[] rest, List<Attachment> attachments) {
        this.content = rest;
        this.attachments = List.copyOf(attachments);
    }

    /// @return the message without them, small enough; not a copy
    public byte[] content() {
        return content;
    }

    /// @return in the order of the message
    public List<Attachment> attachments() {
        return attachments;
    }
}
