package org.o365relay.queue;

import java.time.Instant;
import java.util.Optional;
import org.o365relay.mail.QueueId;

/// Records which one-time alerts have been sent. Every method throws a [QueueException] if the queue cannot be
/// read or written.
public interface OneTimeAlerts {

    /// @return when the alert was sent, on the steady clock; empty if it was not sent or if its record was
    ///     deleted, which happens after 366 days
    Optional<Instant> sentAt(String name);

    /// Records that an alert was sent.
    ///
    /// @param at time on the steady clock
    void recordSent(String name, Instant at);

    /// Records that an alert was sent, and queues the alert email in the same transaction.
    ///
    /// @param at time on the steady clock
    /// @return the ID of the email
    QueueId recordSent(String name, Instant at, LocalMessage email);
}
