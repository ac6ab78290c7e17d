package org.o365relay;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.queue.QueueSummary;

/// Status of the relay.
///
/// @param at time of the status
/// @param running null if the relay is not running
public record RelayStatus(Instant at, @Nullable Running running, QueueSummary queue, Disk disk) {

    /// What is known only while the relay runs.
    ///
    /// @param listeners addresses and sockets
    /// @param rates of message events
    /// @param alerts active ones, oldest first
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

    /// Number of events in a period.
    ///
    /// @param event `accepted`, `rejected`, `delivered`, `deferred` or `failed`
    /// @param lastDay in the last 24 hours, or since the start of the relay if that is more recent
    public record Rate(String event, long lastMinute, long lastHour, long lastDay) {}

    /// Disk space of the queue, in octets.
    ///
    /// @param free on the file system
    /// @param minimumFree free space below which new mail is temporarily rejected
    /// @param used by the queue
    /// @param maximum the queue may use
    public record Disk(long free, long minimumFree, long used, long maximum) {}
}
