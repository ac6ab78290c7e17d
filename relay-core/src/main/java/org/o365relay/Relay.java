package org.o365relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.SmtpListener;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.admit.Devices;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.Rerouting;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.notify.NoticeScheduler;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Rates;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrReaders;
import org.o365relay.ndr.SenderNotifier;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.Claims;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueuedRoutes;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The relay: a listener that accepts messages into the queue, and a dispatcher per mailbox that delivers them.
/// Accepting and delivering share only the queue.
///
/// Started once and stopped once, by any thread.
public final class Relay {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    private final RelaySettings settings;
    private final Journal journal;
    private final InstantSource clock;
    private final UpstreamFactory upstreams;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final RandomGenerator random;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private volatile @Nullable JdbcQueue queue;
    private volatile @Nullable SmtpListener listener;
    private volatile @Nullable ExpiryMonitor expiries;
    private final List<MailboxWorkers> workers = new CopyOnWriteArrayList<>();
    private final List<RelayAlertMailboxes.Candidate> alertCandidates = new CopyOnWriteArrayList<>();
    private final Rates rates;
    private final String version;
    private volatile @Nullable Alerts alerts;
    private volatile @Nullable NdrReaders ndrReaders;
    private volatile @Nullable Operations operations;
    private volatile @Nullable NoticeScheduler notices;

    /// A relay of unknown version, on the system's clock.
    public Relay(RelaySettings settings, Journal journal) {
        this(settings, journal, "unknown");
    }

    /// A relay on the system's clock.
    ///
    /// @param version of the program, shown in alerts
    public Relay(RelaySettings settings, Journal journal, String version) {
        this(settings, journal, version, InstantSource.system(), RandomGenerator.getDefault());
    }

    Relay(RelaySettings settings, Journal journal, String version, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.version = version;
        this.rates = new Rates(clock);
        this.journal = Journal.of(rates, journal);
        this.clock = clock;
        this.random = random;
        this.upstreams = new UpstreamFactory(
                settings.http(), settings.queue().directory().resolve("spool"), clock);
    }

    /// Opens the queue, listens and delivers. If it fails, nothing stays open.
    ///
    /// @throws QueueUnavailableException if the data directory cannot be used, with a message for the admin
    /// @throws ListenException if an address cannot be listened on, with a message for the admin
    public void start() throws QueueUnavailableException, ListenException {
        JdbcQueue opened = SqliteQueue.open(settings.queue(), clock, random);
        queue = opened;
        try {
            NoticePolicy noticePolicy = new NoticePolicy(
                    settings.notices(), settings.hostname(), opened.notices().storedNotices(), clock);
            Alerts newAlerts = alerts(opened, noticePolicy);
            alerts = newAlerts;
            Journal events = Journal.of(journal, newAlerts.journal());
            List<MailboxSender> senders = senders(opened.claims(), events);
            senders.forEach(sender -> workers.add(workers(opened.claims(), sender, noticePolicy, events)));
            for (int i = 0; i < workers.size(); i++) {
                alertCandidates.add(new RelayAlertMailboxes.Candidate(
                        settings.mailboxes().get(i), workers.get(i).dispatcher()::status));
            }
            restorePaused(opened.pausedMailboxes());
            Devices devices = new Devices(opened.devices().all(), clock);
            opened.devices().persist(devices);
            listener = new SmtpListener(settings.accept(), devices, opened.intake(), events, clock);
            for (ListenerSettings listenerSettings : settings.listeners()) {
                endpoints.addAll(listener.listen(listenerSettings));
            }
            Thread.ofVirtual()
                    .name("reroute")
                    .start(() -> reroute(opened.routes())); // ends when done, or with the relay
            workers.forEach(worker -> worker.dispatcher().start());
            upstreams.start();
            expiries = new ExpiryMonitor(
                    settings.mailboxes(),
                    new RelayAlertMailboxes(alertCandidates),
                    noticePolicy::writer,
                    upstreams,
                    opened.oneTimeAlerts(),
                    newAlerts.activeAlerts(),
                    journal,
                    clock);
            expiries.start();
            newAlerts.start();
            if (!settings.ndrs().isEmpty()) {
                ndrReaders = upstreams.ndrReaders(settings.ndrs(), opened.ndrs(), senderNotifier(noticePolicy), events);
                ndrReaders.start();
            }
            operations =
                    new Operations(settings, opened, workers, rates, newAlerts::active, endpoints(), journal, clock);
            notices = new NoticeScheduler(
                    opened.notices(), senders, noticePolicy, settings.retry()::expiresAt, journal, clock);
            notices.start();
        } catch (ListenException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    /// Reroutes messages that are queued for a mailbox or pool that is no longer configured, or were queued by
    /// an older version. Retries every minute until it succeeds.
    private void reroute(QueuedRoutes queued) {
        try {
            while (!hasRerouted(queued) && !stopped.await(1, TimeUnit.MINUTES)) {
                log.info("rerouting of messages for mailboxes that are no longer configured is retried");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the thread ends
        }
    }

    private boolean hasRerouted(QueuedRoutes queued) {
        Rerouting rerouting = new Rerouting(settings.routes());
        try {
            for (String mailbox : queued.names()) {
                if (!isConfigured(mailbox)) {
                    int moved = queued.reroute(mailbox, rerouting);
                    log.info("rerouted {} messages for {}, which is no longer configured", moved, name(mailbox));
                }
            }
            return true;
        } catch (QueueException e) {
            log.warn(
                    "messages for mailboxes that are no longer configured cannot be rerouted; retrying in a minute: {}",
                    e.getMessage());
            return false;
        }
    }

    private boolean isConfigured(String route) {
        return settings.routes().target(route).isPresent()
                || settings.mailboxes().stream()
                        .anyMatch(mailbox -> mailbox.address().toString().equalsIgnoreCase(route));
    }

    private static String name(String route) {
        return route.isEmpty() ? "the only mailbox of an older version" : "\"" + route + "\"";
    }

    /// Mailboxes that an operator paused stay paused after a restart.
    private void restorePaused(PausedMailboxes paused) {
        for (PausedMailbox mailbox : paused.all()) {
            workers.stream()
                    .filter(worker -> worker.isOf(mailbox.mailbox()))
                    .forEach(worker -> worker.dispatcher().pause(mailbox.at(), mailbox.by()));
        }
    }

    /// One per mailbox; mailboxes with the same account share its limits.
    private List<MailboxSender> senders(Claims claims, Journal events) {
        Map<String, SendingAccount> accounts = new HashMap<>();
        List<MailboxSender> senders = new ArrayList<>();
        for (MailboxSettings mailbox : settings.mailboxes()) {
            SendingAccount account = accounts.computeIfAbsent(mailbox.account(), name -> account(claims, mailbox));
            senders.add(new MailboxSender(
                    mailbox, upstreams(mailbox), account, settings.routes(), settings.probe(), events, clock));
        }
        return senders;
    }

    private MailboxWorkers workers(Claims claims, MailboxSender sender, NoticePolicy noticePolicy, Journal events) {
        Delivery delivery = new Delivery(claims, sender, settings.retry(), noticePolicy, events, clock, random);
        return new MailboxWorkers(
                new Dispatcher(claims, sender, delivery), new Bouncer(claims, sender, noticePolicy, events, clock));
    }

    private static SenderNotifier senderNotifier(NoticePolicy noticePolicy) {
        return new SenderNotifier() {
            @Override
            public NoticeWriter writer(EmailAddress mailbox) {
                return noticePolicy.writer(mailbox);
            }

            @Override
            public boolean allowsNotice(InetAddress client) {
                return noticePolicy.allowsNotice(client);
            }

            @Override
            public Reason reason(String name, EmailAddress mailbox) {
                return noticePolicy.reason(name, mailbox, "");
            }
        };
    }

    private Alerts alerts(JdbcQueue opened, NoticePolicy noticePolicy) {
        return new Alerts(
                settings.alerts(),
                opened.alerts(),
                opened.load(),
                new RelayAlertMailboxes(alertCandidates),
                noticePolicy::writer,
                journal,
                settings.http(),
                settings.hostname(),
                version,
                clock);
    }

    private SendingAccount account(Claims claims, MailboxSettings mailbox) {
        Instant since = clock.instant().minus(SendingAccount.QUOTA_WINDOW);
        return new SendingAccount(
                mailbox.account(), mailbox.limits(), claims.quotaUsage(mailbox.account(), since), clock);
    }

    private List<Upstream> upstreams(MailboxSettings mailbox) {
        return mailbox.upstreams().stream()
                .map(upstream -> upstreams.of(mailbox, upstream))
                .toList();
    }

    /// @return queries and commands for operators
    /// @throws IllegalStateException if the relay has not started
    public Operations operations() {
        Operations running = operations;
        if (running == null) {
            throw new IllegalStateException("the relay has not started");
        }
        return running;
    }

    /// @return the endpoints it listens on, in the order of the settings; port 0 replaced by the port in use
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /// @return addresses of the TCP endpoints
    public List<InetSocketAddress> addresses() {
        return endpoints.stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(endpoint -> ((Endpoint.Tcp) endpoint).socketAddress())
                .toList();
    }

    /// Stops accepting connections, waits for transactions and deliveries in flight within the shutdown
    /// timeout, and closes the queue.
    public void stop() {
        stopped.countDown();
        List<Thread> stopping = workers.stream().map(this::stopping).toList();
        if (listener != null) {
            listener.stop(settings.shutdownTimeout());
        }
        try {
            for (Thread thread : stopping) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        upstreams.close();
        if (expiries != null) {
            expiries.close();
        }
        if (ndrReaders != null) {
            ndrReaders.close();
        }
        if (notices != null) {
            notices.close();
        }
        if (alerts != null) {
            alerts.close();
        }
        if (queue != null) {
            queue.close();
        }
    }

    private Thread stopping(MailboxWorkers worker) {
        return Thread.ofVirtual()
                .name("stop-deliveries")
                .start(() -> worker.dispatcher().stop(settings.shutdownTimeout()));
    }
}
