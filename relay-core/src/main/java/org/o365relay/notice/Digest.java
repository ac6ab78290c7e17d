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
/// @param listed some of them, oldest first; not more than there are
public record Digest(
        EmailAddress recipient, InetAddress client, String helo, int count, List<Line> listed, Instant now) {

    public Digest {
        listed = List.copyOf(listed);
        if (count < Math.max(1, listed.size())) {
            throw new IllegalArgumentException("a digest tells of what it lists");
        }
    }

    /// One message.
    ///
    /// @param receivedAt when it came in
    /// @param subject empty if it has none or that is not known
    /// @param to of whom the digest tells; may be empty if that is not known any more
    /// @param reason why, in the language of the notices; empty if that is not known any more
    public record Line(Instant receivedAt, String subject, List<EmailAddress> to, Fate fate, String reason) {

        public Line {
            to = List.copyOf(to);
        }
    }

    /// What became of a message.
    public enum Fate {
        FAILED,
        DELAYED,
        /// After a delay.
        DELIVERED
    }
}
