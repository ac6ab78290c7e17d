package org.o365relay.mail;

import java.io.IOException;

/// The content of a message cannot be sent in the required form. Detected only while the body is written,
/// because it is not parsed before.
public final class UnacceptableContentException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /// @param reply permanent reply in place of the upstream's
    public UnacceptableContentException(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    /// @return permanent reply in place of the upstream's
    public Reply reply() {
        return reply;
    }
}
