package org.o365relay;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SmtpListener;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.admit.Devices;
import org.o365relay.alert.AlertChannels;
import org.o365relay.alert.AlertEmails;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.notify.NoticeScheduler;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Rates;
import org.o365relay.journal.Subscribers;
import org.o365relay.ndr.NdrReaders;
import org.o365relay.queue.Claims;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;
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

    /// Opens the queue, listens and delivers. If the start fails, everything that was opened is closed.
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
        Subscribers journal = new Subscribers(rates, log);
        UpstreamFactory upstreams = shutdown.add(upstreamFactory(), UpstreamFactory::close);
        NoticePolicy notices = noticePolicy(queue);
        List<MailboxSender> senders = senders(queue.claims(), upstreams, journal);
        List<MailboxWorkers> workers = senders.stream()
                .map(sender -> workers(queue.claims(), sender, notices, journal))
                .toList();
        workers.forEach(worker -> shutdown.addTraffic(worker.dispatcher()::stop));
        restorePaused(queue.pausedMailboxes(), workers);

        AlertEmails emails = new AlertEmails(alertMailboxes(workers), notices::writer, clock.calendar());
        Alerts alerts = shutdown.add(alerts(queue, emails, journal), Alerts::close);
        journal.subscribe(alerts.journal());

        SmtpListener listener = listener(queue, journal);
        shutdown.addTraffic(listener::stop);
        List<Endpoint> endpoints = listen(listener);

        Rerouter rerouter = shutdown.add(new Rerouter(settings, queue.routes()), Rerouter::close)
                .start();
        workers.forEach(worker -> worker.dispatcher().start());
        upstreams.start();
        alerts.start();
        shutdown.add(new ClockMonitor(clock, () -> save(queue, counts), journal), ClockMonitor::close)
                .start();
        shutdown.add(expiryMonitor(queue, upstreams, emails, alerts, journal), ExpiryMonitor::close)
                .start();
        shutdown.add(noticeScheduler(queue, senders, notices, journal), NoticeScheduler::close)
                .start();
        startNdrReaders(shutdown, queue, upstreams, notices, journal);
        StatusSource status = new StatusSource(queue, workers, endpoints, rates, alerts::active, clock);
        Operations operations = operations(queue, workers, status, journal, rerouter);
        return new RunningRelay(endpoints, operations, shutdown);
    }

    private Operations operations(
            JdbcQueue queue, List<MailboxWorkers> workers, StatusSource status, Journal journal, Rerouter rerouter) {
        return new Operations(
                settings.routes(),
                queue,
                workers,
                status,
                journal,
                rerouter::rerouteResent,
                queue.clock().calendar());
    }

    private static void save(JdbcQueue queue, RateKeeper counts) {
        counts.save();
        queue.saveClock();
    }

    private UpstreamFactory upstreamFactory() {
        Path spool = settings.queue().directory().resolve("spool");
        return new UpstreamFactory(settings.http(), spool, clock);
    }

    private NoticePolicy noticePolicy(JdbcQueue queue) {
        return new NoticePolicy(
                settings.notices(), settings.hostname(), queue.notices().storedNotices(), clock);
    }

    /// Creates one sender per mailbox. Mailboxes with the same account share the limits of that account.
    private List<MailboxSender> senders(Claims claims, UpstreamFactory factory, Journal journal) {
        Map<String, SendingAccount> accounts = new HashMap<>();
        List<MailboxSender> senders = new ArrayList<>();
        for (MailboxSettings mailbox : settings.mailboxes()) {
            SendingAccount account = accounts.computeIfAbsent(mailbox.account(), _ -> account(claims, mailbox));
            List<Upstream> upstreams = mailbox.upstreams().stream()
                    .map(upstream -> factory.of(mailbox, upstream))
                    .toList();
            senders.add(new MailboxSender(
                    mailbox, upstreams, account, settings.routes(), settings.probe(), journal, clock));
        }
        return senders;
    }

    private SendingAccount account(Claims claims, MailboxSettings mailbox) {
        Instant since = clock.instant().minus(SendingAccount.QUOTA_WINDOW);
        return new SendingAccount(
                mailbox.account(), mailbox.limits(), claims.quotaUsage(mailbox.account(), since), clock);
    }

    private MailboxWorkers workers(Claims claims, MailboxSender sender, NoticePolicy notices, Journal journal) {
        Delivery delivery = new Delivery(claims, sender, settings.retry(), notices, journal, clock, random);
        return new MailboxWorkers(
                new Dispatcher(claims, sender, delivery), new Bouncer(claims, sender, notices, journal, clock));
    }

    /// Pauses the mailboxes that an operator paused before the restart.
    private static void restorePaused(PausedMailboxes paused, List<MailboxWorkers> workers) {
        for (PausedMailbox mailbox : paused.all()) {
            workers.stream()
                    .filter(worker -> worker.serves(mailbox.mailbox()))
                    .forEach(worker -> worker.dispatcher().pause(mailbox.at(), mailbox.by()));
        }
    }

    private RelayAlertMailboxes alertMailboxes(List<MailboxWorkers> workers) {
        return new RelayAlertMailboxes(IntStream.range(0, workers.size())
                .mapToObj(i ->
                        new RelayAlertMailboxes.Candidate(settings.mailboxes().get(i), workers.get(i)::status))
                .toList());
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

    private SmtpListener listener(JdbcQueue queue, Subscribers journal) throws ListenException {
        Devices devices = new Devices(queue.devices().all(), clock, ZoneId.systemDefault());
        journal.subscribe(new DeviceOutcomes(devices));
        queue.devices().startPersisting(devices);
        return new SmtpListener(settings.accept(), devices, queue.intake(), journal, clock);
    }

    private List<Endpoint> listen(SmtpListener listener) throws ListenException {
        List<Endpoint> endpoints = new ArrayList<>();
        for (ListenerSettings listenerSettings : settings.listeners()) {
            endpoints.addAll(listener.listen(listenerSettings));
        }
        return endpoints;
    }

    private ExpiryMonitor expiryMonitor(
            JdbcQueue queue, UpstreamFactory upstreams, AlertEmails emails, Alerts alerts, Journal journal) {
        return new ExpiryMonitor(
                upstreams.expirySources(settings.mailboxes(), settings.ndrs()),
                emails,
                queue.oneTimeAlerts(),
                alerts.activeAlerts(),
                journal,
                clock);
    }

    private NoticeScheduler noticeScheduler(
            JdbcQueue queue, List<MailboxSender> senders, NoticePolicy notices, Journal journal) {
        return new NoticeScheduler(queue.notices(), senders, notices, settings.retry()::expiresAt, journal, clock);
    }

    private void startNdrReaders(
            Shutdown shutdown, JdbcQueue queue, UpstreamFactory upstreams, NoticePolicy notices, Journal journal) {
        if (!settings.ndrs().isEmpty()) {
            NdrNotifier notifier = new NdrNotifier(notices);
            shutdown.add(upstreams.ndrReaders(settings.ndrs(), queue.ndrs(), notifier, journal), NdrReaders::close)
                    .start();
        }
    }
}
