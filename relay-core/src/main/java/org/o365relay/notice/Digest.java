package org.o365relay.notice;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.o365relay.mail.EmailAddress;

/// A summary of messages from one device that replaces the notices beyond the device's hourly limit.
///
/// @param client address of the device
/// @param helo HELO name of the device in the newest listed message; empty if unknown
/// @param count number of messages summarized, at least one
/// @param entries the messages listed, oldest first; at most `count`
public record Digest(
        EmailAddress recipient, InetAddress client, String helo, int count, List<Entry> entries, Instant now) {

    public Digest {
        entries = List.copyOf(entries);
        if (count < Math.max(1, entries.size())) {
            throw new IllegalArgumentException("the count must be at least 1 and at least the number of entries");
        }
    }

    /// A message listed in the digest.
    ///
    /// @param subject subject of the message; empty if missing or unknown
    /// @param to the recipients concerned; empty if no longer known
    /// @param reason the reason in the language of the notices; empty if no longer known
    public record Entry(Instant receivedAt, String subject, List<EmailAddress> to, Status status, String reason) {

        public Entry {
            to = List.copyOf(to);
        }
    }

    /// The state of a message.
    public enum Status {
        FAILED,
        DELAYED,
        /// Delivered after a delay.
        DELIVERED,
        /// Was delayed; it has left the queue and the history, so that its outcome is no longer known.
        UNKNOWN
    }
}
