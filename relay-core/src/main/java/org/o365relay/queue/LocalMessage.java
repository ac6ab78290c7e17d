package org.o365relay.queue;

import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.RoutedEnvelope;

/// A message that the relay itself generates, such as a notice or an alert. It is small enough to be held in
/// memory.
public final class LocalMessage {

    private final Arrival arrival;
    private final RoutedEnvelope routed;
    private final byte[] content;

    /// @param routed envelope and route
    /// @param content the whole message; not copied, so it must not be changed afterwards
    public LocalMessage(Arrival arrival, RoutedEnvelope routed, byte[] content) {
        this.arrival = arrival;
        this.routed = routed;
        this.content = content;
    }

    /// @return time and origin
    public Arrival arrival() {
        return arrival;
    }

    public Envelope envelope() {
        return routed.envelope();
    }

    /// @return envelope and route
    public RoutedEnvelope routed() {
        return routed;
    }

    /// @return size of the content in octets
    public long size() {
        return content.length;
    }

    public byte[] content() {
        return content;
    }
}
