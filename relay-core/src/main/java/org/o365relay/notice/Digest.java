package org.o365relay.notice;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.o365relay.mail.EmailAddress;

/// What is told of a device's messages about which there were too many notices already.
///
/// @param recipient of the letter
/// @param client the device
/// @param helo what it called itself last; empty if that is not known
/// @param count of how many messages it tells, at least one
/// @param entries some of them, oldest first; not more than there are
public record Digest(
        EmailAddress recipient, InetAddress client, String helo, int count, List<Entry> entries, Instant now) {

    public Digest {
        entries = List.copyOf(entries);
        if (count < Math.max(1, entries.size())) {
            throw new IllegalArgumentException("a digest tells of what it lists");
        }
    }

    /// One message.
    ///
    /// @param receivedAt when it came in
    /// @param subject empty if it has none or that is not known
    /// @param to of whom the digest tells; may be empty if that is not known any more
    /// @param reason why, in the language of the notices; empty if that is not known any more
    public record Entry(Instant receivedAt, String subject, List<EmailAddress> to, Status status, String reason) {

        public Entry {
            to = List.copyOf(to);
        }
    }

    /// What became of a message.
    public enum Status {
        FAILED,
        DELAYED,
        /// After a delay.
        DELIVERED
    }
}
