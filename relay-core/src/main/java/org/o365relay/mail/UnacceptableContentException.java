package org.o365relay.mail;

import java.io.IOException;

/// The content of a message cannot be sent in the required form. This is detected only during the delivery
/// attempt, because that is when the content is converted for the upstream.
public final class UnacceptableContentException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /// @param reply a permanent (5xx) reply, used instead of a reply from the upstream
    public UnacceptableContentException(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    /// @return a permanent (5xx) reply, used instead of a reply from the upstream
    public Reply reply() {
        return reply;
    }
}
