package org.o365relay;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.alert.Alert;
import org.o365relay.journal.Rates;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.OperatorQueue;
import org.o365relay.time.SteadyClock;

/// Collects the status of a running relay.
final class StatusSource {

    private final OperatorQueue queue;
    private final Mailboxes mailboxes;
    private final Supplier<List<Endpoint>> endpoints;
    private final Rates rates;
    private final Supplier<List<Alert>> alerts;
    private final SteadyClock clock;
    private final Instant startedAt;

    /// @param endpoints supplies the open endpoints
    /// @param alerts supplies the active alerts
    StatusSource(
            OperatorQueue queue,
            Mailboxes mailboxes,
            Supplier<List<Endpoint>> endpoints,
            Rates rates,
            Supplier<List<Alert>> alerts,
            SteadyClock clock) {
        this.queue = queue;
        this.mailboxes = mailboxes;
        this.endpoints = endpoints;
        this.rates = rates;
        this.alerts = alerts;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /// @param version version of the program
    RelayStatus read(String version) {
        Running running = new Running(
                version,
                ProcessHandle.current().pid(),
                clock.toCalendar(startedAt),
                endpoints.get().stream().map(Endpoint::toString).toList(),
                mailboxes.workers().stream().map(MailboxWorkers::status).toList(),
                List.of(
                        rate("accepted", rates.accepted()),
                        rate("rejected", rates.rejected()),
                        rate("delivered", rates.delivered()),
                        rate("deferred", rates.deferred()),
                        rate("failed", rates.failed())),
                alerts.get());
        return new RelayStatus(
                clock.calendar().instant(),
                running,
                queue.reader().summary(),
                disk(queue.load().capacity()));
    }

    private static Rate rate(String event, Rates.Rate rate) {
        return new Rate(event, rate.lastMinute(), rate.lastHour(), rate.lastDay());
    }

    private static Disk disk(DiskCapacity capacity) {
        return new Disk(capacity.free(), capacity.minimumFree(), capacity.used(), capacity.maximum());
    }
}
