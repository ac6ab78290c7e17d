package org.o365relay.queue;

import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.RoutedEnvelope;

/// A whole small message that the relay itself puts into the queue, such as a notice.
public final class LocalMessage {

    private final Arrival arrival;
    private final RoutedEnvelope routed;
    private final byte[] content;

    /// @param routed for whom, and through which mailbox
    /// @param content the message; not copied, so do not change it afterwards
    public LocalMessage(Arrival arrival, RoutedEnvelope routed, byte[] content) {
        this.arrival = arrival;
        this.routed = routed;
        this.content = content;
    }

    /// @return how it came into being
    public Arrival arrival() {
        return arrival;
    }

    /// @return for whom
    public Envelope envelope() {
        return routed.envelope();
    }

    /// @return for whom, and through which mailbox
    public RoutedEnvelope routed() {
        return routed;
    }

    /// @return octets
    public long size() {
        return content.length;
    }

    byte[] content() {
        return content;
    }
}
