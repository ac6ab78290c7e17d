package org.o365relay;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.alert.AlertEmails;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.notify.NoticeScheduler;
import org.o365relay.journal.Journal;
import org.o365relay.ndr.NdrPollers;
import org.o365relay.ndr.NdrSettings;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.time.SteadyClock;

/// The tasks outside the path of a message that depend on the settings: rerouting, expiry warnings, delay
/// notices and digests, and reading NDRs. They keep their state in the queue, so a change of the settings ends
/// them and starts others.
final class BackgroundTasks implements AutoCloseable {

    private final JdbcQueue queue;
    private final NoticePolicy notices;
    private final AlertEmails emails;
    private final Alerts alerts;
    private final Journal journal;
    private final SteadyClock clock;
    private volatile @Nullable Tasks running;

    /// @param ndrs null if no NDRs are read
    record Tasks(
            Rerouter rerouter,
            ExpiryMonitor expiryMonitor,
            NoticeScheduler noticeScheduler,
            @Nullable Ndrs ndrs) {}

    /// @param factory factory that created the readers
    private record Ndrs(List<NdrSettings> settings, UpstreamFactory factory, NdrPollers readers) {

        boolean isFor(List<NdrSettings> others, UpstreamFactory other) {
            return settings.equals(others) && factory.equals(other);
        }
    }

    BackgroundTasks(
            JdbcQueue queue,
            NoticePolicy notices,
            AlertEmails emails,
            Alerts alerts,
            Journal journal,
            SteadyClock clock) {
        this.queue = queue;
        this.notices = notices;
        this.emails = emails;
        this.alerts = alerts;
        this.journal = journal;
        this.clock = clock;
    }

    /// Creates the tasks for these settings.
    ///
    /// @throws java.io.UncheckedIOException if a file cannot be read
    /// @throws IllegalArgumentException if a file of trusted certificates contains no certificate
    Tasks prepare(RelaySettings settings, Mailboxes.Change mailboxes) {
        UpstreamFactory upstreams = mailboxes.factory();
        List<MailboxSender> senders = mailboxes.senders();
        return new Tasks(
                new Rerouter(settings, queue.routes()),
                new ExpiryMonitor(
                        upstreams.expirySources(settings.mailboxes(), settings.ndrs()),
                        emails,
                        queue.oneTimeAlerts(),
                        alerts.activeAlerts(),
                        journal,
                        clock),
                new NoticeScheduler(queue.notices(), senders, notices, settings.retry()::expiresAt, journal, clock),
                ndrs(settings.ndrs(), upstreams));
    }

    private @Nullable Ndrs ndrs(List<NdrSettings> settings, UpstreamFactory upstreams) {
        Ndrs known = running == null ? null : running.ndrs();
        if (known != null && known.isFor(settings, upstreams)) {
            return known;
        }
        return settings.isEmpty()
                ? null
                : new Ndrs(
                        settings,
                        upstreams,
                        upstreams.ndrPollers(settings, queue.ndrs(), new NdrNotifier(notices), journal));
    }

    /// Ends rerouting by the settings so far: mail may now be queued for mailboxes that they do not name.
    void stopRerouting() {
        Tasks current = running;
        if (current != null) {
            current.rerouter().close();
        }
    }

    /// Ends the running tasks, and starts these.
    void use(Tasks next) {
        Tasks previous = running;
        running = next;
        Ndrs kept = previous == null ? null : previous.ndrs();
        if (previous != null) {
            close(previous);
            if (kept != null && !kept.equals(next.ndrs())) {
                kept.readers().close();
            }
        }
        next.rerouter().start();
        next.expiryMonitor().start();
        next.noticeScheduler().start();
        if (next.ndrs() != null && !next.ndrs().equals(kept)) {
            next.ndrs().readers().start();
        }
    }

    /// Closes what was created for these tasks, which were never used.
    void discard(Tasks unused) {
        Ndrs ndrs = unused.ndrs();
        if (ndrs != null && (running == null || !ndrs.equals(running.ndrs()))) {
            ndrs.readers().close();
        }
    }

    private static void close(Tasks tasks) {
        tasks.noticeScheduler().close();
        tasks.expiryMonitor().close();
        tasks.rerouter().close();
    }

    /// Reroutes resent messages whose mailbox or pool is not configured.
    void rerouteResent() {
        Tasks current = running;
        if (current != null) {
            current.rerouter().rerouteResent();
        }
    }

    @Override
    public void close() {
        Tasks last = running;
        if (last != null) {
            if (last.ndrs() != null) {
                last.ndrs().readers().close();
            }
            close(last);
        }
    }
}
