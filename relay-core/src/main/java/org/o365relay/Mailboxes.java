package org.o365relay;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.o365relay.deliver.Bouncer;
import org.o365relay.deliver.Delivery;
import org.o365relay.deliver.Dispatcher;
import org.o365relay.deliver.MailboxSender;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.mail.FileContents;
import org.o365relay.net.HttpSettings;
import org.o365relay.queue.Claims;
import org.o365relay.queue.PausedMailbox;
import org.o365relay.queue.PausedMailboxes;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.route.Routes;
import org.o365relay.time.SteadyClock;

/// The mailboxes in force. When the settings change, a mailbox whose upstreams stay the same keeps them, with
/// their health and connections. Otherwise its upstreams are replaced: deliveries in flight continue through
/// the old ones, and its failures last until a probe of the new ones succeeds. Accounts keep the counts of
/// their limits.
final class Mailboxes {

    /// Longest time that deliveries of a mailbox that was replaced or removed may take.
    private static final Duration MAX_DELIVERY = Duration.ofDays(1);

    private final Claims claims;
    private final PausedMailboxes paused;
    private final NoticePolicy notices;
    private final Path spool;
    private final Journal journal;
    private final SteadyClock clock;
    private final RandomGenerator random;
    private final Set<Thread> ending = ConcurrentHashMap.newKeySet(); // of replaced or removed mailboxes
    private volatile InForce inForce;

    /// @param http settings from which `factory` was created
    /// @param accounts all accounts since startup, by name: the counts of one that is no longer configured
    ///     matter while its deliveries are in flight, and if it is configured again
    private record InForce(
            List<MailboxWorkers> workers,
            Routes routes,
            UpstreamFactory factory,
            HttpKey http,
            Map<String, SendingAccount> accounts) {}

    private record HttpKey(HttpSettings settings, FileContents files) {

        static HttpKey of(HttpSettings settings) {
            return new HttpKey(settings, FileContents.of(UpstreamKey.files(settings)));
        }
    }

    /// Creates an instance without mailboxes.
    Mailboxes(
            RelaySettings settings,
            JdbcQueue queue,
            NoticePolicy notices,
            Journal journal,
            SteadyClock clock,
            RandomGenerator random) {
        this.claims = queue.claims();
        this.paused = queue.pausedMailboxes();
        this.notices = notices;
        this.spool = settings.queue().directory().resolve("spool");
        this.journal = journal;
        this.clock = clock;
        this.random = random;
        this.inForce = new InForce(
                List.of(), settings.routes(), newFactory(settings.http()), HttpKey.of(settings.http()), Map.of());
    }

    private UpstreamFactory newFactory(HttpSettings http) {
        return new UpstreamFactory(http, spool, clock);
    }

    /// @return the mailboxes, in the order of the settings
    List<MailboxWorkers> workers() {
        return inForce.workers();
    }

    Routes routes() {
        return inForce.routes();
    }

    /// @return the factory of the upstreams in force
    UpstreamFactory upstreams() {
        return inForce.factory();
    }

    /// Creates what these settings need in addition. Nothing else changes until [Change#apply].
    ///
    /// @throws java.io.UncheckedIOException if a file cannot be read
    /// @throws IllegalArgumentException if a file of trusted certificates contains no certificate
    /// @throws org.o365relay.queue.QueueException if the queue cannot be read
    Change prepare(RelaySettings settings) {
        Change change = new Change(settings);
        try {
            settings.mailboxes().forEach(change::add);
            return change;
        } catch (RuntimeException e) {
            change.discard();
            throw e;
        }
    }

    /// Stops all mailboxes, including those that were replaced or removed.
    ///
    /// @param grace longest wait for deliveries in flight
    void stop(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        List<Thread> threads = new ArrayList<>(ending);
        for (MailboxWorkers worker : workers()) {
            threads.add(Thread.ofVirtual()
                    .name("stop")
                    .start(() -> worker.dispatcher().stop(grace)));
        }
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        upstreams().close();
    }

    /// Mailboxes that are ready to be applied. Used by one thread.
    final class Change {

        private final RelaySettings settings;
        private final InForce before = inForce;
        private final HttpKey http;
        private final UpstreamFactory factory;
        private final Map<String, SendingAccount> accounts;
        private final Map<SendingAccount, AccountLimits> limits = new HashMap<>();
        private final List<MailboxWorkers> next = new ArrayList<>();
        private final List<MailboxWorkers> created = new ArrayList<>();
        private final List<PausedMailbox> pauses = paused.all();
        private boolean isApplied;

        private Change(RelaySettings settings) {
            this.settings = settings;
            this.accounts = new HashMap<>(before.accounts());
            this.http = HttpKey.of(settings.http());
            this.factory = http.equals(before.http()) ? before.factory() : newFactory(settings.http());
        }

        private void add(MailboxSettings mailbox) {
            UpstreamKey key = UpstreamKey.of(mailbox, settings.probe(), settings.http());
            Optional<MailboxWorkers> same = previous(key.mailbox())
                    .filter(worker -> worker.upstreamKey().equals(key));
            SendingAccount account = accounts.computeIfAbsent(mailbox.account(), _ -> account(mailbox));
            limits.putIfAbsent(account, mailbox.limits());
            MailboxSender sender = same.map(worker -> worker.sender().with(mailbox, settings.routes()))
                    .orElseGet(() -> sender(mailbox, account));
            Delivery delivery = new Delivery(claims, sender, settings.retry(), notices, journal, clock, random);
            Bouncer bouncer = new Bouncer(claims, sender, notices, journal, clock);
            Dispatcher dispatcher =
                    same.map(MailboxWorkers::dispatcher).orElseGet(() -> new Dispatcher(claims, sender, delivery));
            MailboxWorkers worker = new MailboxWorkers(mailbox, key, sender, delivery, dispatcher, bouncer);
            next.add(worker);
            if (same.isEmpty()) {
                created.add(worker);
            }
        }

        private Optional<MailboxWorkers> previous(String mailbox) {
            return before.workers().stream()
                    .filter(worker -> worker.upstreamKey().mailbox().equals(mailbox))
                    .findFirst();
        }

        /// Mailboxes with the same account share the limits of that account.
        private SendingAccount account(MailboxSettings mailbox) {
            Instant since = clock.instant().minus(SendingAccount.QUOTA_WINDOW);
            return new SendingAccount(
                    mailbox.account(), mailbox.limits(), claims.quotaUsage(mailbox.account(), since), clock);
        }

        private MailboxSender sender(MailboxSettings mailbox, SendingAccount account) {
            List<Upstream> upstreams = new ArrayList<>();
            try {
                mailbox.upstreams().forEach(upstream -> upstreams.add(factory.create(mailbox, upstream)));
            } catch (RuntimeException e) {
                upstreams.forEach(Upstream::close);
                throw e;
            }
            return new MailboxSender(mailbox, upstreams, account, settings.routes(), settings.probe(), journal, clock);
        }

        /// Applies the mailboxes, without starting those that were created.
        ///
        /// @return the mailboxes that should now retry failed mail: those whose upstreams were replaced, and
        ///     those with a full daily quota whose limits changed
        List<MailboxWorkers> apply() {
            isApplied = true;
            limits.forEach(SendingAccount::use);
            inForce = new InForce(List.copyOf(next), settings.routes(), factory, http, Map.copyOf(accounts));
            for (MailboxWorkers worker : next) {
                Optional<MailboxWorkers> previous =
                        previous(worker.upstreamKey().mailbox());
                if (!created.contains(worker)) {
                    worker.dispatcher().use(worker.sender(), worker.delivery());
                } else if (previous.isPresent()) {
                    worker.sender().replace(previous.get().sender());
                } else {
                    pause(worker);
                }
            }
            before.workers().stream()
                    .filter(worker ->
                            next.stream().noneMatch(each -> each.dispatcher().equals(worker.dispatcher())))
                    .forEach(Mailboxes.this::end);
            if (!factory.equals(before.factory())) {
                before.factory().close();
            }
            return next.stream().filter(this::isWorthATry).toList();
        }

        /// Pauses the mailbox if an operator paused it before.
        private void pause(MailboxWorkers worker) {
            pauses.stream()
                    .filter(each -> worker.serves(each.mailbox()))
                    .forEach(each -> worker.dispatcher().pause(each.at(), each.by()));
        }

        private boolean isWorthATry(MailboxWorkers worker) {
            MailboxWorkers previous = previous(worker.upstreamKey().mailbox()).orElse(null);
            return previous != null
                    && (created.contains(worker)
                            || (worker.status().isDailyQuota()
                                    && !previous.settings()
                                            .limits()
                                            .equals(worker.settings().limits())));
        }

        /// @return the factory of the upstreams
        UpstreamFactory factory() {
            return factory;
        }

        /// @return the senders of all mailboxes, in the order of the settings
        List<MailboxSender> senders() {
            return next.stream().map(MailboxWorkers::sender).toList();
        }

        /// @return the mailboxes that are no longer configured
        List<MailboxWorkers> removed() {
            return before.workers().stream()
                    .filter(worker -> next.stream()
                            .noneMatch(each -> each.upstreamKey()
                                    .mailbox()
                                    .equals(worker.upstreamKey().mailbox())))
                    .toList();
        }

        /// Starts the mailboxes that were created.
        void start() {
            created.forEach(worker -> worker.dispatcher().start());
            factory.start();
        }

        /// Closes what was created for these settings. Does nothing if they are in force.
        void discard() {
            if (!isApplied) {
                created.forEach(worker -> worker.dispatcher().stop(Duration.ZERO));
                if (!factory.equals(before.factory())) {
                    factory.close();
                }
            }
        }
    }

    /// Stops reporting on a mailbox, starts no more deliveries for it, and closes its upstreams. The deliveries
    /// in flight continue.
    private void end(MailboxWorkers worker) {
        worker.sender().end();
        Thread thread = Thread.ofVirtual()
                .name("end-" + worker.dispatcher().mailbox())
                .unstarted(() -> {
                    worker.dispatcher().stop(MAX_DELIVERY);
                    ending.remove(Thread.currentThread());
                });
        ending.add(thread);
        thread.start();
    }
}
