package org.o365relay;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.queue.QueueSummary;

/// The relay at a glance.
///
/// @param at when it was looked at
/// @param running what only a running relay knows; null if none runs
public record RelayStatus(Instant at, @Nullable Running running, QueueSummary queue, Disk disk) {

    /// What only a running relay knows.
    ///
    /// @param listeners where it listens
    /// @param rates of what happens to messages
    /// @param alerts what is wrong just now, oldest first
    public record Running(
            String version,
            long pid,
            Instant startedAt,
            List<String> listeners,
            List<MailboxStatus> mailboxes,
            List<Rate> rates,
            List<Alert> alerts) {

        public Running {
            listeners = List.copyOf(listeners);
            mailboxes = List.copyOf(mailboxes);
            rates = List.copyOf(rates);
            alerts = List.copyOf(alerts);
        }
    }

    /// How often something happened.
    ///
    /// @param event `accepted`, `rejected`, `delivered`, `deferred` or `failed`
    /// @param lastDay in the last 24 hours, or since the start if that is less ago
    public record Rate(String event, long lastMinute, long lastHour, long lastDay) {}

    /// Room for the queue, in octets.
    ///
    /// @param free on the file system
    /// @param minimumFree below which new mail is refused for now
    /// @param used by the queue
    /// @param maximum that it may use
    public record Disk(long free, long minimumFree, long used, long maximum) {}
}
