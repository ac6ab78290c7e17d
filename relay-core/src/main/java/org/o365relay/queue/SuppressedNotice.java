package org.o365relay.queue;

import java.net.InetAddress;
import java.time.Instant;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A notice that was not sent because the device exceeded its hourly limit for notices. A digest reports it
/// later.
///
/// @param message the message that the notice is about
/// @param client address of the device
/// @param recipient recipient of the notice
/// @param at when the notice would have been sent, on the system clock
public record SuppressedNotice(QueueId message, Kind kind, InetAddress client, EmailAddress recipient, Instant at) {

    public enum Kind {
        FAILED,
        DELAYED
    }
}
