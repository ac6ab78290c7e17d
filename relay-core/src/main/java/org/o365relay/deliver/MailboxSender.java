package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Breakers;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.notify.NoticeMailbox;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.ClaimScope;
import org.o365relay.rewrite.Rewriter;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;
import org.o365relay.time.SteadyClock;

/// Everything that one mailbox needs to send: which messages it may claim, how they are rewritten, its
/// upstreams and limits, and whether mail can be sent at the moment.
public final class MailboxSender implements NoticeMailbox {

    private final EmailAddress mailbox;
    private final ClaimScope claimScope;
    private final Rewriter rewriter;
    private final List<Upstream> upstreams;
    private final SendingAccount account;
    private final FailurePolicy policy;
    private final UpstreamFailover failover;
    private volatile Breakers breakers;
    private volatile LimitReporter limitReporter;
    private final SteadyClock clock;

    /// @param upstreams the primary, then the fallbacks; the dispatcher closes them
    /// @param account account that the mailbox signs in with; mailboxes with the same account share this object
    /// @param routes routing rules and targets; the targets define the pools of the mailbox
    /// @param probes schedule of probes for failures that do not specify a schedule
    public MailboxSender(
            MailboxSettings settings,
            List<Upstream> upstreams,
            SendingAccount account,
            Routes routes,
            ProbeSchedule probes,
            Journal journal,
            SteadyClock clock) {
        this.mailbox = settings.address();
        this.claimScope = claimScope(mailbox, routes);
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstreams = List.copyOf(upstreams);
        this.account = account;
        this.policy = new FailurePolicy(mailbox);
        this.failover = new UpstreamFailover(mailbox, upstreams, probes, journal, clock);
        this.clock = clock;
        this.breakers = new Breakers(mailbox, journal, clock);
        this.limitReporter = new LimitReporter(mailbox, account, journal, clock);
    }

    private MailboxSender(MailboxSender shared, MailboxSettings settings, Routes routes) {
        this.mailbox = settings.address();
        this.claimScope = claimScope(mailbox, routes);
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstreams = shared.upstreams;
        this.account = shared.account;
        this.policy = shared.policy;
        this.failover = shared.failover;
        this.clock = shared.clock;
        this.breakers = shared.breakers;
        this.limitReporter = shared.limitReporter;
    }

    /// @param settings new settings of the mailbox, with the same upstreams and account
    /// @return a sender with the new pools and rewrite settings, which shares everything else with this one
    public MailboxSender with(MailboxSettings settings, Routes routes) {
        return new MailboxSender(this, settings, routes);
    }

    /// Takes over the health of the mailbox so far, and the backoffs of authors and recipients. Its upstreams
    /// are replaced by those of this sender.
    public void replace(MailboxSender previous) {
        failover.replace(previous.failover);
        breakers = previous.breakers;
        if (account.equals(previous.account)) {
            limitReporter = previous.limitReporter;
            upstreams.forEach(next -> previous.upstreams.forEach(next::keepRetryAfter));
        }
    }

    /// Stops reporting the health of the mailbox. Called when it is no longer configured.
    public void end() {
        failover.end();
    }

    private static ClaimScope claimScope(EmailAddress mailbox, Routes routes) {
        String name = mailbox.key().toString();
        Stream<String> served = routes.targets().stream()
                .filter(target -> target.mailboxes().stream()
                        .anyMatch(member -> member.key().equals(mailbox.key())))
                .map(Target::name);
        return new ClaimScope(
                name, Stream.concat(Stream.of(name), served).distinct().toList());
    }

    @Override
    public EmailAddress mailbox() {
        return mailbox;
    }

    /// @return the messages that the mailbox may claim: those routed to the mailbox or to its pools
    ClaimScope claimScope() {
        return claimScope;
    }

    @Override
    public boolean isOpen() {
        return failover.isOpen() && !failover.isPaused();
    }

    @Override
    public String route() {
        return claimScope.owner();
    }

    MailboxStatus status() {
        return failover.status()
                .with(
                        account.rateLimiter().lowered().orElse(null),
                        account.usage(clock::toCalendar),
                        breakers.active());
    }

    @Override
    public boolean serves(String route) {
        return claimScope.serves(route);
    }

    @Override
    public ReportedMessage original(QueueId id, Arrival arrival, Envelope envelope, InputStream content)
            throws IOException {
        return rewriter.rewrite(id, arrival, envelope, content).original();
    }

    Rewriter rewriter() {
        return rewriter;
    }

    SendingAccount account() {
        return account;
    }

    UpstreamFailover failover() {
        return failover;
    }

    Breakers breakers() {
        return breakers;
    }

    LimitReporter limitReporter() {
        return limitReporter;
    }

    /// Ends an operator's pause, and probes the mailbox and its suspended upstreams now.
    List<RequestedProbe> resume() {
        account.concurrencyLimiter().endBackoff();
        return failover.resume(quotaFullUntil());
    }

    /// Probes a blocked mailbox and its suspended upstreams now, whatever the schedule.
    List<RequestedProbe> retry() {
        account.concurrencyLimiter().endBackoff();
        return failover.retry(quotaFullUntil());
    }

    /// Like [#retry], but ends neither the account's pause after too many connections nor a wait that an
    /// upstream has asked for.
    List<RequestedProbe> probe() {
        return failover.probe(quotaFullUntil());
    }

    private @Nullable Instant quotaFullUntil() {
        return account.dailyQuota().fullUntil(1).orElse(null);
    }

    FailurePolicy policy() {
        return policy;
    }

    void close() {
        upstreams.forEach(Upstream::close);
    }
}
