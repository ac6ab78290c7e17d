package org.o365relay;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.Alert;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.queue.QueueSummary;

/// Status of the relay.
///
/// @param at time at which the status was read
/// @param running status of the running relay; null if the relay is not running
public record RelayStatus(Instant at, @Nullable Running running, QueueSummary queue, Disk disk) {

    /// The part of the status that exists only while the relay is running.
    ///
    /// @param listeners listening endpoints: addresses with ports, Unix sockets and sockets from systemd
    /// @param rates event counts, one entry for each type of event listed in [Rate]
    /// @param alerts active alerts, oldest first
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

    /// Number of events of one type in the last minute, hour and day.
    ///
    /// @param event `accepted`, `rejected`, `delivered`, `deferred` or `failed`
    /// @param lastDay events in the last 24 hours, or since startup if the relay started later
    public record Rate(String event, long lastMinute, long lastHour, long lastDay) {}

    /// Disk space of the queue, in bytes.
    ///
    /// @param free free space on the file system
    /// @param minimumFree minimum free space; new mail that would leave less is temporarily rejected
    /// @param used space used by the queue
    /// @param maximum maximum size of the queue
    public record Disk(long free, long minimumFree, long used, long maximum) {}
}
