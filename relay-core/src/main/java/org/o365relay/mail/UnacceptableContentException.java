package org.o365relay.mail;

import java.io.IOException;

/// The content of a message cannot be sent in the required form. This is detected only while the body is being
/// written, because the body is not parsed earlier.
public final class UnacceptableContentException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /// @param reply the permanent reply to use instead of a reply from the upstream
    public UnacceptableContentException(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    /// @return the permanent reply to use instead of a reply from the upstream
    public Reply reply() {
        return reply;
    }
}
