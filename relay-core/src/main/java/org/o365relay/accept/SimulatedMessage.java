package org.o365relay.accept;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;

/// A message that a [SimulatedSession] has accepted.
public final class SimulatedMessage {

    /// The queue ID in the reply to the message.
    public static final QueueId ID = new QueueId(0);

    private final Arrival arrival;
    private final List<RoutedEnvelope> parts;
    private final byte[] beginning;

    SimulatedMessage(Arrival arrival, List<RoutedEnvelope> parts, byte[] beginning) {
        this.arrival = arrival;
        this.parts = List.copyOf(parts);
        this.beginning = beginning;
    }

    public Arrival arrival() {
        return arrival;
    }

    /// @return the envelopes that would be queued
    public List<RoutedEnvelope> parts() {
        return parts;
    }

    /// @return the content as it would be stored: the header, and not necessarily the whole body
    public InputStream beginning() {
        return new ByteArrayInputStream(beginning);
    }
}
