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
import org.o365relay.accept.Endpoint;
import org.o365relay.accept.ListenException;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.Rerouting;
import org.o365relay.accept.SmtpListener;
import org.o365relay.admit.Devices;
import org.o365relay.alert.Alerts;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.NoticePolicy;
import org.o365relay.deliver.NoticeScheduler;
import org.o365relay.deliver.SendingAccount;
import org.o365relay.deliver.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Rates;
import org.o365relay.mail.EmailAddress;
import org.o365relay.ndr.NdrReaders;
import org.o365relay.ndr.SenderNotifier;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The whole relay: a listener that puts messages into the queue, and a dispatcher for each mailbox that
/// takes them out. They know nothing of each other.
///
/// Started once and stopped once, by whichever thread.
public final class Relay {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);

    private final RelaySettings settings;
    private final Journal journal;
    private final InstantSource clock;
    private final UpstreamFactory upstreams;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final RandomGenerator random;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private volatile @Nullable MessageQueue queue;
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

    /// A relay of no version in particular, on the system's clock.
    public Relay(RelaySettings settings, Journal journal) {
        this(settings, journal, "unknown");
    }

    /// A relay on the system's clock.
    ///
    /// @param version of the program, for who is told of alerts
    public Relay(RelaySettings settings, Journal journal, String version) {
        this(settings, journal, version, InstantSource.system(), RandomGenerator.getDefault());
    }

    Relay(RelaySettings settings, Journal journal, String version, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.version = version;
        this.rates = new Rates(clock);
        this.journal = rates.and(journal);
        this.clock = clock;
        this.random = random;
        this.upstreams = new UpstreamFactory(
                settings.http(), settings.queue().directory().resolve("spool"), clock);
    }

    /// Opens the queue, begins to listen and to deliver. If it fails, nothing is left open.
    ///
    /// @throws QueueUnavailableException if the data directory cannot be used, with a message for the admin
    /// @throws ListenException if an address cannot be listened on, with a message for the admin
    public void start() throws QueueUnavailableException, ListenException {
        MessageQueue opened = MessageQueue.open(settings.queue(), clock, random);
        queue = opened;
        try {
            NoticePolicy notifying = new NoticePolicy(
                    settings.notices(), settings.hostname(), opened.notices().storedNotices(), clock);
            Alerts bell = alerts(opened, notifying);
            alerts = bell;
            Journal told = journal.and(bell.journal());
            List<MailboxSender> lanes = senders(opened, told);
            lanes.forEach(lane -> workers.add(workers(opened, lane, notifying, told)));
            for (int i = 0; i < workers.size(); i++) {
                alertCandidates.add(new RelayAlertMailboxes.Candidate(
                        settings.mailboxes().get(i), workers.get(i).dispatcher()::status));
            }
            restorePaused(opened);
            Devices devices = new Devices(opened.devices(), clock);
            opened.persistDevices(devices);
            listener = new SmtpListener(settings.accept(), devices, opened, told, clock);
            for (ListenerSettings listenerSettings : settings.listeners()) {
                endpoints.addAll(listener.listen(listenerSettings));
            }
            Thread.ofVirtual().name("reroute").start(() -> reroute(opened)); // ends with its work, or with the relay
            workers.forEach(desk -> desk.dispatcher().start());
            upstreams.start();
            expiries = new ExpiryMonitor(
                    settings.mailboxes(),
                    new RelayAlertMailboxes(alertCandidates),
                    notifying::writer,
                    upstreams,
                    opened,
                    bell.activeAlerts(),
                    journal,
                    clock);
            expiries.start();
            bell.start();
            if (!settings.ndrs().isEmpty()) {
                ndrReaders = upstreams.ndrReaders(settings.ndrs(), opened, senderNotifier(notifying), told);
                ndrReaders.start();
            }
            operations = new Operations(settings, opened, workers, rates, bell::active, endpoints(), journal, clock);
            notices = new NoticeScheduler(opened, lanes, notifying, settings.retry(), journal, clock);
            notices.start();
        } catch (ListenException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    /// Messages that an older relay took, or that were meant for a mailbox or a pool that is no longer
    /// configured, find another way; tried again every minute until they have.
    private void reroute(MessageQueue from) {
        try {
            while (!hasRerouted(from) && !stopped.await(1, TimeUnit.MINUTES)) {
                log.info("messages for mailboxes that are not configured are looked at again");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    private boolean hasRerouted(MessageQueue from) {
        Rerouting rerouting = new Rerouting(settings.routes(), settings.hostname());
        try {
            for (String lane : from.mailboxes()) {
                if (!isConfigured(lane)) {
                    int moved = from.reroute(lane, rerouting);
                    log.info("{} messages for {} go another way: it is not configured", moved, name(lane));
                }
            }
            return true;
        } catch (QueueException e) {
            log.warn("messages for mailboxes that are not configured wait: {}", e.getMessage());
            return false;
        }
    }

    private boolean isConfigured(String lane) {
        return settings.routes().target(lane).isPresent()
                || settings.mailboxes().stream()
                        .anyMatch(mailbox -> mailbox.address().toString().equalsIgnoreCase(lane));
    }

    private static String name(String lane) {
        return lane.isEmpty() ? "the one mailbox of an older relay" : "\"" + lane + "\"";
    }

    /// What an operator has stopped stays so over a restart.
    private void restorePaused(MessageQueue from) {
        for (PausedMailbox mailbox : from.pausedMailboxes()) {
            workers.stream()
                    .filter(desk -> desk.isOf(mailbox.mailbox()))
                    .forEach(desk -> desk.dispatcher().pause(mailbox.at(), mailbox.by()));
        }
    }

    /// One for each mailbox; those with the same account share its limits.
    private List<MailboxSender> senders(MessageQueue from, Journal told) {
        Map<String, SendingAccount> accounts = new HashMap<>();
        List<MailboxSender> lanes = new ArrayList<>();
        for (MailboxSettings mailbox : settings.mailboxes()) {
            SendingAccount account = accounts.computeIfAbsent(mailbox.account(), name -> account(from, mailbox));
            lanes.add(new MailboxSender(
                    mailbox, upstreams(mailbox), account, settings.routes(), settings.probe(), told, clock));
        }
        return lanes;
    }

    private MailboxWorkers workers(MessageQueue from, MailboxSender lane, NoticePolicy notifying, Journal told) {
        Delivery courier = new Delivery(from, lane, settings.retry(), notifying, told, clock, random);
        return new MailboxWorkers(new Dispatcher(from, lane, courier), courier);
    }

    private static SenderNotifier senderNotifier(NoticePolicy notifying) {
        return new SenderNotifier() {
            @Override
            public NoticeWriter writer(EmailAddress mailbox) {
                return notifying.writer(mailbox);
            }

            @Override
            public boolean allowsNotice(InetAddress client) {
                return notifying.allowsNotice(client);
            }

            @Override
            public Reason reason(String name, EmailAddress mailbox) {
                return notifying.reason(name, mailbox, "");
            }
        };
    }

    private Alerts alerts(MessageQueue from, NoticePolicy notifying) {
        return new Alerts(
                settings.alerts(),
                from,
                new RelayAlertMailboxes(alertCandidates),
                notifying::writer,
                journal,
                settings.http(),
                settings.hostname(),
                version,
                clock);
    }

    private SendingAccount account(MessageQueue from, MailboxSettings mailbox) {
        Instant since = clock.instant().minus(SendingAccount.QUOTA_WINDOW);
        return new SendingAccount(
                mailbox.account(), mailbox.limits(), from.quotaUsage(mailbox.account(), since), clock);
    }

    private List<Upstream> upstreams(MailboxSettings mailbox) {
        return mailbox.upstreams().stream()
                .map(road -> upstreams.of(mailbox, road))
                .toList();
    }

    /// @return what it can be asked and told
    /// @throws IllegalStateException before it has started
    public Operations operations() {
        Operations running = operations;
        if (running == null) {
            throw new IllegalStateException("the relay has not started");
        }
        return running;
    }

    /// @return where it listens, in the order of the settings, with the ports that were chosen for 0
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }

    /// @return those of them that are ports
    public List<InetSocketAddress> addresses() {
        return endpoints.stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(endpoint -> ((Endpoint.Tcp) endpoint).socketAddress())
                .toList();
    }

    /// Stops accepting, lets messages being received and deliveries in flight end within the grace time, and
    /// closes the queue. What is queued stays queued.
    public void stop() {
        stopped.countDown();
        List<Thread> backHalf = workers.stream().map(this::stopping).toList();
        if (listener != null) {
            listener.stop(settings.shutdownTimeout());
        }
        try {
            for (Thread stopping : backHalf) {
                stopping.join();
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

    private Thread stopping(MailboxWorkers desk) {
        return Thread.ofVirtual()
                .name("stop-deliveries")
                .start(() -> desk.dispatcher().stop(settings.shutdownTimeout()));
    }
}
