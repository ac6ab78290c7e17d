package org.o365relay.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A message leased to the caller, for a delivery attempt or for an operator's bounce. No other claim returns
/// the message until this claim is ended or its lease expires.
///
/// @param lease number of the lease, which is checked when the claim is ended; messages claimed together have
///     the same number; negative if the message was claimed for a bounce
/// @param content ID under which the message's content is stored: for a part of a split message, the ID of the
///     first part, which the client received in the 250 reply; otherwise the message's own ID
/// @param recipients the open recipients
/// @param size size of the original message in octets
/// @param attempts number of delivery attempts that count, including the one for which the message was claimed;
///     a bounce is not an attempt
/// @param notice whether the relay generated the message (a notice or an alert)
/// @param route the mailbox or pool chosen by the routing rules or by an operator
/// @param mailbox the mailbox that claimed the message; for a bounce, the mailbox or pool that the message
///     waits for
/// @param dueAt due time of the message before it was claimed, on the steady clock
/// @param newMessageId the Message-ID to send instead of the one in the content; null to keep that one
public record Claim(
        QueueId id,
        long lease,
        QueueId content,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        long size,
        int attempts,
        boolean notice,
        String route,
        String mailbox,
        Priority priority,
        Instant dueAt,
        Age age,
        @Nullable String newMessageId) {

    public Claim {
        recipients = List.copyOf(recipients);
    }

    /// How old an open message is.
    ///
    /// @param arrivedAt when the message arrived, on the steady clock
    /// @param downtime the time since then in which no relay was running, without the first hour of each such
    ///     period. This time does not count towards the retry time of the message, because its length is known
    ///     only from the system clock, which may be wrong, and because the message could not be delivered
    public record Age(Instant arrivedAt, Duration downtime) {

        /// @return the time from which the retry time of the message is counted, on the steady clock
        public Instant countedFrom() {
            return arrivedAt.plus(downtime);
        }
    }
}
