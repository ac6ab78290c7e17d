package org.o365relay;

import java.time.ZoneId;
import java.util.List;
import java.util.random.RandomGenerator;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SmtpListener;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.admit.Devices;
import org.o365relay.alert.AlertChannels;
import org.o365relay.alert.AlertEmails;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.journal.CompositeJournal;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Rates;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// The relay: a listener that accepts messages into the queue, and a dispatcher per mailbox that delivers them.
/// The queue is the only path from acceptance to delivery. This class creates and connects the parts.
public final class Relay {

    private final RelaySettings settings;
    private final Journal log;
    private final String version;
    private SteadyClock clock; // replaced by the clock of the queue when the relay starts
    private final RandomGenerator random;

    /// Creates a relay of unknown version that uses the system clock.
    public Relay(RelaySettings settings, Journal log) {
        this(settings, log, "unknown");
    }

    /// Creates a relay that uses the system clock.
    ///
    /// @param log journal that records all events, in addition to the relay's own journals
    /// @param version version of the program, sent with webhook alerts
    public Relay(RelaySettings settings, Journal log, String version) {
        this(settings, log, version, SteadyClock.system(), RandomGenerator.getDefault());
    }

    /// Creates a relay that uses this clock.
    public Relay(RelaySettings settings, Journal log, String version, SteadyClock clock, RandomGenerator random) {
        this.settings = settings;
        this.log = log;
        this.version = version;
        this.clock = clock;
        this.random = random;
    }

    /// Opens the queue, listens and delivers. If startup fails, everything that was opened is closed.
    ///
    /// @throws QueueUnavailableException if the data directory cannot be used, with a message for the admin
    /// @throws ListenException if the relay cannot listen on an endpoint, with a message for the admin
    public RunningRelay start() throws QueueUnavailableException, ListenException {
        Shutdown shutdown = new Shutdown(settings.shutdownTimeout());
        try {
            return start(shutdown);
        } catch (QueueException e) {
            shutdown.run();
            throw SqliteQueue.unavailable(settings.queue(), e);
        } catch (QueueUnavailableException | ListenException | RuntimeException e) {
            shutdown.run();
            throw e;
        }
    }

    private RunningRelay start(Shutdown shutdown) throws QueueUnavailableException, ListenException {
        JdbcQueue queue = shutdown.add(SqliteQueue.open(settings.queue(), clock, random), JdbcQueue::close);
        clock = queue.clock();
        Rates rates = new Rates(clock);
        RateKeeper counts = shutdown.add(new RateKeeper(rates, queue), RateKeeper::save);
        counts.restore();
        CompositeJournal journal = new CompositeJournal(rates, log);
        NoticePolicy notices = noticePolicy(queue);
        Mailboxes mailboxes =
                shutdown.add(new Mailboxes(settings, queue, notices, journal, clock, random), Mailboxes::close);
        shutdown.addTrafficStop(mailboxes::stop);
        Mailboxes.Change senders = shutdown.add(mailboxes.prepare(settings), Mailboxes.Change::discard);

        AlertEmails emails = new AlertEmails(
                new RelayAlertMailboxes(() -> candidates(mailboxes)), notices::writer, clock.calendar());
        Alerts alerts = shutdown.add(alerts(queue, emails, journal), Alerts::close);
        journal.subscribe(alerts.journal());
        BackgroundTasks tasks = shutdown.add(
                new BackgroundTasks(queue, notices, emails, alerts, journal, clock), BackgroundTasks::close);

        SmtpListener listener = listener(queue, journal);
        shutdown.addTrafficStop(listener::stop);
        var _ = senders.apply();
        for (ListenerSettings listenerSettings : settings.listeners()) {
            listener.listen(listenerSettings);
        }
        senders.start();
        alerts.start();
        shutdown.add(new ClockMonitor(clock, () -> save(queue, counts), journal), ClockMonitor::close)
                .start();
        tasks.use(tasks.prepare(settings, senders));
        StatusSource status = new StatusSource(queue, mailboxes, listener::endpoints, rates, alerts::active, clock);
        Operations operations =
                new Operations(mailboxes, queue, status, journal, tasks::rerouteResent, clock.calendar());
        Reload reload = new Reload(queue, mailboxes, listener, notices, alerts, tasks, operations);
        return new RunningRelay(listener::endpoints, operations, reload, shutdown);
    }

    private static void save(JdbcQueue queue, RateKeeper counts) {
        counts.save();
        queue.saveClock();
    }

    private NoticePolicy noticePolicy(JdbcQueue queue) {
        return new NoticePolicy(
                settings.notices(), settings.hostname(), queue.notices().storedNotices(), clock);
    }

    private static List<RelayAlertMailboxes.Candidate> candidates(Mailboxes mailboxes) {
        return mailboxes.workers().stream()
                .map(worker -> new RelayAlertMailboxes.Candidate(worker.settings(), worker::status))
                .toList();
    }

    private Alerts alerts(JdbcQueue queue, AlertEmails emails, Journal journal) {
        return new Alerts(
                settings.alerts(),
                queue.alerts(),
                queue.load(),
                emails,
                new AlertChannels(settings.alerts().channels(), settings.http(), settings.hostname(), version),
                journal,
                clock);
    }

    private SmtpListener listener(JdbcQueue queue, CompositeJournal journal) throws ListenException {
        Devices devices = new Devices(queue.devices().all(), clock, ZoneId.systemDefault());
        journal.subscribe(new DeviceOutcomes(devices));
        queue.devices().startPersisting(devices);
        return new SmtpListener(settings.accept(), devices, queue.intake(), journal, clock);
    }
}
