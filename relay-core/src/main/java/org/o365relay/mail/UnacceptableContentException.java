package org.o365relay.mail;

import java.io.IOException;

/// A message cannot be written in the way that was asked for, and never can. Shows only when it is written, for
/// nobody looks at a body before.
public final class UnacceptableContentException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Reply reply;

    /// @param reply a permanent one, as if the upstream had said it
    public UnacceptableContentException(Reply reply) {
        super(reply.toString());
        this.reply = reply;
    }

    /// @return why, as if the upstream had said it
    public Reply reply() {
        return reply;
    }
}
