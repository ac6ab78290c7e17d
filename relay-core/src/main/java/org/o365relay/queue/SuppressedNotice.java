package org.o365relay.queue;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Locale;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A notice that was not written, because there were too many about its device: a digest will tell instead.
///
/// @param message what it would have been about
/// @param client the device
/// @param recipient who would have got it
/// @param at when it would have been written
public record SuppressedNotice(QueueId message, Kind kind, InetAddress client, EmailAddress recipient, Instant at) {

    /// What the notice would have told.
    public enum Kind {
        FAILED,
        DELAYED;

        String stored() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
