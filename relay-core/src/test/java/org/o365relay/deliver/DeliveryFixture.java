package org.o365relay.deliver;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.ManualClock;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.notify.NoticeScheduler;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.Domain;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.rewrite.RewriteSettings;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;
import org.o365relay.time.SteadyClock;

/// A real queue, rewriter and policy with a fake upstream and a clock that stands still.
final class DeliveryFixture implements AutoCloseable {

    static final EmailAddress MAILBOX = address("relay@contoso.example");

    static final String POOL = "alerts";

    private static final String HOSTNAME = "relay.contoso.example";

    static final ProbeSchedule PROBES = new ProbeSchedule(Duration.ofMinutes(1), Duration.ofMinutes(15));
    static final AccountLimits UNLIMITED = new AccountLimits(null, 1, 2, null);

    static final RetrySchedule RETRY = new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5));
    static final NoticeSettings NOTICES = new NoticeSettings(address("it@contoso.example"));

    final ManualClock clock;
    final RememberingJournal journal = new RememberingJournal();
    final FakeUpstream upstream = new FakeUpstream(2);
    final JdbcQueue queue;
    final NoticePolicy noticePolicy;
    final MailboxSender sender;
    final Delivery delivery;
    private final Random random = new Random(1);

    /// Client of the next messages.
    String client = "10.0.0.7";

    /// A mailbox and its delivery.
    record Member(MailboxSender sender, Delivery delivery) {}

    DeliveryFixture(Path directory) throws QueueUnavailableException {
        this(directory, UNLIMITED);
    }

    /// @param spare fallback upstreams
    DeliveryFixture(Path directory, AccountLimits limits, FakeUpstream... spare) throws QueueUnavailableException {
        this(directory, new ManualClock("2026-11-21T08:00:00Z"), NOTICES, limits, spare);
    }

    DeliveryFixture(
            Path directory, ManualClock clock, NoticeSettings notices, AccountLimits limits, FakeUpstream... spare)
            throws QueueUnavailableException {
        this.clock = clock;
        queue = SqliteQueue.open(
                new QueueSettings(directory, 0, Long.MAX_VALUE, Duration.ofDays(30)), clock.steady(), random);
        noticePolicy = new NoticePolicy(notices, HOSTNAME, queue.notices().storedNotices(), queue.clock());
        SendingAccount account = new SendingAccount(MAILBOX.toString(), limits, List.of(), queue.clock());
        List<Upstream> upstreams = Stream.concat(Stream.<Upstream>of(upstream), Arrays.stream(spare))
                .toList();
        Member member = member(MAILBOX, upstreams, account, PROBES, queue.clock());
        sender = member.sender();
        delivery = member.delivery();
    }

    /// Delivers through [#sender] from this queue.
    Delivery delivery(Claims claims) {
        return new Delivery(claims, sender, RETRY, noticePolicy, journal, queue.clock(), random);
    }

    /// Another mailbox of the same pool.
    Member member(
            EmailAddress mailbox,
            List<Upstream> upstreams,
            SendingAccount account,
            ProbeSchedule probes,
            SteadyClock time) {
        return member(
                new MailboxSender(
                        mailbox(mailbox, HOSTNAME), upstreams, account, routes(mailbox), probes, journal, time),
                time);
    }

    private Member member(MailboxSender another, SteadyClock time) {
        return new Member(another, new Delivery(queue.claims(), another, RETRY, noticePolicy, journal, time, random));
    }

    private static Routes routes(EmailAddress mailbox) {
        return new Routes(
                List.of(),
                List.of(
                        new Target(mailbox.toString(), List.of(mailbox), Long.MAX_VALUE, null),
                        new Target(POOL, List.of(MAILBOX, mailbox), Long.MAX_VALUE, null)));
    }

    static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }

    /// Sends the delay notices and digests that are due.
    void watchNotices(MailboxSender... others) {
        List<MailboxSender> senders =
                Stream.concat(Stream.of(sender), Arrays.stream(others)).toList();
        new NoticeScheduler(queue.notices(), senders, noticePolicy, RETRY::expiresAt, journal, queue.clock()).run();
    }

    /// Puts a message into the queue.
    QueueId accept(@Nullable String sender, String content, String... recipients) {
        return accept(sender, content, DsnRequest.NONE, recipients);
    }

    QueueId accept(@Nullable String sender, String content, DsnRequest report, String... recipients) {
        return accept(sender, content, BodyType.SEVEN_BIT, report, recipients);
    }

    QueueId accept(@Nullable String sender, String content, BodyType body, DsnRequest report, String... recipients) {
        Envelope envelope = new Envelope(
                sender == null ? null : address(sender),
                Arrays.stream(recipients).map(DeliveryFixture::address).toList(),
                false,
                body,
                report);
        return commit(MAILBOX.toString(), envelope, content);
    }

    /// Accepts a message with an additional recipient that the rewriting rules added.
    QueueId acceptAdding(@Nullable String sender, String content, String recipient, String added) {
        Envelope envelope = new Envelope(
                sender == null ? null : address(sender),
                List.of(address(recipient), address(added)),
                false,
                BodyType.SEVEN_BIT,
                DsnRequest.NONE,
                HeaderChanges.NONE.withAddedRecipient(address(added)));
        return commit(MAILBOX.toString(), envelope, content);
    }

    private QueueId commit(String route, Envelope envelope, String content) {
        return commit(route, envelope, content.getBytes(StandardCharsets.UTF_8));
    }

    QueueId commit(String route, Envelope envelope, byte[] octets) {
        Arrival arrival = new Arrival(clock.instant(), InetAddress.ofLiteral(client), "scanner", "ESMTP");
        Incoming incoming = queue.intake().receive();
        int appended = 0;
        for (; octets.length - appended > Incoming.CHUNK_SIZE; appended += Incoming.CHUNK_SIZE) {
            incoming.append(Arrays.copyOfRange(octets, appended, appended + Incoming.CHUNK_SIZE))
                    .join();
        }
        return incoming.commit(
                        arrival,
                        List.of(new RoutedEnvelope(route, Priority.NORMAL, envelope)),
                        SearchableHeaders.NONE,
                        Arrays.copyOfRange(octets, appended, octets.length))
                .join()
                .getFirst();
    }

    /// Puts a message into the queue that any mailbox of the pool may send.
    QueueId acceptForPool(String content, String recipient) {
        Envelope envelope = new Envelope(null, List.of(address(recipient)), false);
        return commit(POOL, envelope, content);
    }

    /// Delivers the due messages, one attempt each.
    void deliverDue() {
        deliverDue(new Member(sender, delivery));
    }

    /// Delivers the due messages of another mailbox.
    void deliverDue(Member member) {
        queue.claims().claim(member.sender().claimScope(), 100).forEach(claim -> deliver(member, claim));
    }

    void deliver(Claim claim) {
        deliver(new Member(sender, delivery), claim);
    }

    private static void deliver(Member member, Claim claim) {
        deliver(member.sender(), member.delivery(), claim);
    }

    /// Delivers regardless of the rate of the account.
    static void deliver(MailboxSender sender, Delivery delivery, Claim claim) {
        try {
            sender.account().concurrencyLimiter().acquire(1, Duration.ZERO);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        delivery.deliver(claim, new AttemptPermit(sender.failover(), sender.account()));
    }

    /// Makes the check that is due, if any.
    void check() {
        new UpstreamChecker(sender, new WaitingMail(queue.claims(), sender)).checkDue();
    }

    /// Bounces a message on the command of an operator.
    void bounce(Claim claim, String by) {
        new Bouncer(queue.claims(), sender, noticePolicy, journal, queue.clock()).bounce(claim, by);
    }

    List<Claim> due() {
        return queue.claims().claim(sender.claimScope(), 100);
    }

    @Override
    public void close() {
        queue.close();
    }

    /// The mailbox of [#sender] with another hostname of the relay, through the same upstreams.
    Member renamed(String hostname) {
        return member(sender.with(mailbox(MAILBOX, hostname), routes(MAILBOX)), queue.clock());
    }

    private static MailboxSettings mailbox(EmailAddress mailbox, String hostname) {
        // the upstreams are never connected to
        return new MailboxSettings(mailbox, mailbox.toString(), List.of(), UNLIMITED, rules(mailbox, hostname));
    }

    static RewriteSettings rules(EmailAddress mailbox) {
        return rules(mailbox, HOSTNAME);
    }

    private static RewriteSettings rules(EmailAddress mailbox, String hostname) {
        return new RewriteSettings(
                mailbox,
                RewriteSettings.KEEP_DISPLAY_NAME,
                List.of(new RewriteSettings.SendAs.WholeDomain(new Domain("sales.example"))),
                null,
                true,
                true,
                hostname);
    }
}
