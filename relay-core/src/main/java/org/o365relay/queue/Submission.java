package org.o365relay.queue;

import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;

/// A whole small message that the relay itself puts into the queue, such as a notice.
public final class Submission {

    private final Arrival arrival;
    private final Envelope envelope;
    private final byte[] content;

    /// @param content the message; not copied, so do not change it afterwards
    public Submission(Arrival arrival, Envelope envelope, byte[] content) {
        this.arrival = arrival;
        this.envelope = envelope;
        this.content = content;
    }

    /// @return how it came into being
    public Arrival arrival() {
        return arrival;
    }

    /// @return for whom
    public Envelope envelope() {
        return envelope;
    }

    /// @return octets
    public long size() {
        return content.length;
    }

    byte[] content() {
        return content;
    }
}
