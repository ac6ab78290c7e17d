package org.o365relay.rewrite;

import java.util.List;

/// A message without its large attachments, and these.
public final class StrippedMessage {

    private final byte[] rest;
    private final List<Attachment> attachments;

    StrippedMessage(byte[] rest, List<Attachment> attachments) {
        this.rest = rest;
        this.attachments = List.copyOf(attachments);
    }

    /// @return the message without them, small enough; not a copy
    public byte[] rest() {
        return rest;
    }

    /// @return in the order of the message
    public List<Attachment> attachments() {
        return attachments;
    }
}
