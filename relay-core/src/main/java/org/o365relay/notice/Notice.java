package org.o365relay.notice;

import org.o365relay.mail.Envelope;

/// A complete notice with its envelope.
public final class Notice {

    private final Envelope envelope;
    private final byte[] content;

    Notice(Envelope envelope, byte[] content) {
        this.envelope = envelope;
        this.content = content;
    }

    /// @return the envelope, with the null sender and one recipient
    public Envelope envelope() {
        return envelope;
    }

    /// @return a copy of the whole message, with CRLF line endings
    public byte[] content() {
        return content.clone();
    }
}
