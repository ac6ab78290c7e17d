package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Breakers;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.FaultAttribution;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.deliver.health.Suspension.Cause;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.journal.Event.Throttled;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.rewrite.Rewriter;
import org.o365relay.route.Routes;
import org.o365relay.route.Target;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Everything one mailbox needs to send: which messages it may claim, how they are rewritten, its upstreams and
/// limits, and whether mail may leave at the moment.
public final class MailboxSender {

    private static final Logger log = LoggerFactory.getLogger(MailboxSender.class);

    private static final Duration MAX_STEP = Duration.ofHours(1);

    private final EmailAddress mailbox;
    private final ClaimScope claimScope;
    private final Rewriter rewriter;
    private final List<Upstream> upstreams;
    private final SendingAccount account;
    private final FailurePolicy policy;
    private final UpstreamFailover failover;
    private final Breakers breakers;
    private final Journal journal;
    private final InstantSource clock;

    /// @param upstreams the primary first, then the fallbacks; closed by the dispatcher
    /// @param account account that the mailbox signs in with; mailboxes with the same account share it
    /// @param routes decide which pools the mailbox is in
    /// @param probes usual schedule of probes
    public MailboxSender(
            MailboxSettings settings,
            List<Upstream> upstreams,
            SendingAccount account,
            Routes routes,
            ProbeSchedule probes,
            Journal journal,
            InstantSource clock) {
        this.mailbox = settings.address();
        this.claimScope = claimScope(mailbox, routes);
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstreams = List.copyOf(upstreams);
        this.account = account;
        this.policy = new FailurePolicy(mailbox);
        this.failover = new UpstreamFailover(mailbox, upstreams, probes, journal, clock);
        this.breakers = new Breakers(mailbox, journal, clock);
        this.journal = journal;
        this.clock = clock;
    }

    private static ClaimScope claimScope(EmailAddress mailbox, Routes routes) {
        String name = mailbox.toString().toLowerCase(Locale.ROOT);
        Stream<String> served = routes.targets().stream()
                .filter(target -> target.mailboxes().stream()
                        .anyMatch(member -> member.toString().equalsIgnoreCase(name)))
                .map(Target::name);
        return new ClaimScope(
                name, Stream.concat(Stream.of(name), served).distinct().toList());
    }

    EmailAddress mailbox() {
        return mailbox;
    }

    /// @return which messages it may claim: those routed to the mailbox or to its pools
    ClaimScope claimScope() {
        return claimScope;
    }

    /// @return whether mail can leave now
    boolean isOpen() {
        return failover.isOpen() && !failover.isPaused();
    }

    /// @return whether it may send messages routed to this mailbox or pool
    boolean serves(String route) {
        return claimScope.routes().contains(route);
    }

    /// @return whether the mailbox is in a pool
    boolean isInPool() {
        return claimScope.routes().size() > 1;
    }

    /// @return whether the message was routed to a pool, so that another mailbox may send it
    boolean isFromPool(Claim claim) {
        return !claim.route().equalsIgnoreCase(claimScope.owner());
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

    /// Starts no more deliveries until [#resume()]; those in flight continue.
    ///
    /// @param by user name of the operator
    void pause(Instant since, String by) {
        failover.pause(since, by);
    }

    /// Ends an operator's pause, and probes the mailbox and its suspended upstreams now.
    List<RequestedProbe> resume() {
        endWaits();
        return failover.resume(quotaFullUntil());
    }

    /// Probes a blocked mailbox and its suspended upstreams now, whatever the schedule.
    List<RequestedProbe> retry() {
        endWaits();
        return failover.retry(quotaFullUntil());
    }

    private void endWaits() {
        upstreams.forEach(Upstream::endRetryAfter);
        account.concurrencyLimiter().endBackoff();
    }

    private @Nullable Instant quotaFullUntil() {
        return account.dailyQuota().fullUntil(1).orElse(null);
    }

    Verdict judge(Response response, boolean alias) {
        return policy.judge(response, alias);
    }

    void close() {
        upstreams.forEach(Upstream::close);
    }

    /// Updates the health of mailbox and upstream after a delivery attempt.
    ///
    /// @return the attempt with its faults attributed
    Attempt evaluate(DeliveryPermit permit, Claim claim, Attempt attempt) {
        FaultAttribution attribution = permit.health().attribution();
        boolean ownFault = attempt.isAmbiguous() && attribution.isOwnFault(claim.id());
        if (attempt.wasProcessed()) {
            attribution.processed();
        }
        breakers.learn(attempt.tried(), attempt.alias());
        if (!(ownFault && attribution.ignoresOwnFault(claim.id()))) {
            updateHealth(permit, attempt);
        }
        return attempt.isAmbiguous()
                ? ambiguous(attribution, claim, attempt, ownFault)
                : unambiguous(permit, claim, attempt);
    }

    /// A message whose transaction failed on an upstream that is now suspended is tried on the fallback at
    /// once.
    private Attempt unambiguous(DeliveryPermit permit, Claim claim, Attempt attempt) {
        if (attempt.transactionFailure().isEmpty()) {
            return attempt;
        }
        FaultAttribution attribution = permit.health().attribution();
        boolean othersAreServed = attribution.processedSince(claim.id());
        attribution.lost(claim.id());
        return failover.hasFailedOverFrom(permit.health())
                ? attempt.withUpstreamAtFault()
                : attempt.keepingTrying(!othersAreServed);
    }

    private Attempt ambiguous(FaultAttribution attribution, Claim claim, Attempt attempt, boolean ownFault) {
        int inRow = attribution.failed(claim.id(), ownFault);
        return ownFault ? attempt.withMessageAtFault() : attempt.notBefore(notBefore(claim, inRow));
    }

    /// Delays the message so that the next probe is made with another one: this may be the only one that fails.
    ///
    /// @param inRow number of failures of the message in a row
    /// @return when the message may be tried again; null if it may be tried at once through another upstream
    ///     or by another mailbox
    private @Nullable Instant notBefore(Claim claim, int inRow) {
        Duration delay = failover.untilNextAttempt();
        boolean mayLeaveElsewhere = inRow == 1 && isFromPool(claim);
        if (delay.isZero() || mayLeaveElsewhere) {
            return null;
        }
        // an urgent message would overtake the others again
        boolean overtakes = claim.priority() == Priority.URGENT && inRow > 1;
        Duration more = overtakes ? new ProbeSchedule(delay, MAX_STEP).delay(inRow - 2) : Duration.ZERO;
        return clock.instant().plus(delay).plus(more);
    }

    private void updateHealth(DeliveryPermit permit, Attempt attempt) {
        Optional<Verdict> mailboxFailure = attempt.failure(Scope.MAILBOX);
        Optional<Verdict> upstreamFailure = attempt.failure(Scope.UPSTREAM);
        if (attempt.failure(Scope.CONNECTIONS).isPresent()) {
            throttle(permit, attempt.failure(Scope.CONNECTIONS).get().response().reply());
        }
        if (mailboxFailure.isPresent()) {
            failover.block(permit, cause(mailboxFailure.get()), schedule(mailboxFailure.get()));
        } else if (upstreamFailure.isPresent()) {
            failover.suspend(permit, cause(upstreamFailure.get()), schedule(upstreamFailure.get()));
        } else if (attempt.unreachable().isPresent()) {
            failover.unreachable(permit, cause(attempt.unreachable().get()));
        } else if (attempt.delivered() > 0) {
            account.concurrencyLimiter().succeeded();
            failover.accepted(permit);
        } else if (attempt.transactionFailure().isPresent()) {
            failover.transactionFailed(
                    permit, cause(attempt.transactionFailure().get()));
        } else if (attempt.refusedAt().isPresent()) {
            account.concurrencyLimiter().succeeded();
            failover.refused(permit, attempt.refusedAt().get());
        } else if (attempt.wasAnswered()) {
            failover.answered(permit);
        } else if (!attempt.failedLocally()) {
            failover.connectionLost(permit);
        }
    }

    private void throttle(DeliveryPermit permit, Reply reply) {
        if (account.concurrencyLimiter().throttled()) {
            journal.record(new Throttled(
                    mailbox,
                    permit.health().name(),
                    reply,
                    account.concurrencyLimiter().limit()));
        }
    }

    /// Sends nothing until the account's daily quota has room. This is reported as a block unless deliveries in
    /// flight hold reservations, because then the wait is expected to be short.
    ///
    /// @param reply recorded as the reason
    void waitForQuota(DeliveryPermit permit, Instant until, Reply reply) {
        DailyQuota quota = account.dailyQuota();
        String reason = "limits.recipients-per-day of " + account.name() + " is "
                + quota.limit().orElseThrow()
                + " and used up. Messages stay in the queue until the oldest of these recipients are 24 hours old. If this"
                + " happens often, spread the mail over several mailboxes (relay.pools).";
        Cause cause = new Cause(Step.MAIL, reply, reason);
        if (quota.hasReservations()) {
            failover.retryLater(permit, until, cause);
        } else {
            failover.blockUntil(permit, until, cause);
        }
    }

    /// Runs the check that is due, if any: signs in but sends no mail. Blocks until the check has ended.
    void check() {
        Optional<DeliveryPermit> due = failover.acquireCheck();
        if (due.isPresent()) {
            try {
                updateHealth(due.get(), due.get().upstream().check());
            } catch (RuntimeException e) {
                log.error(
                        "upstream {} cannot be checked because of a bug; please report it",
                        due.get().health().name(),
                        e);
                failover.connectionLost(due.get());
            } finally {
                failover.release(due.get());
            }
        }
    }

    private void updateHealth(DeliveryPermit permit, UpstreamCheck check) {
        Response failure = check.failure();
        if (failure == null) {
            failover.answered(permit);
            return;
        }
        Verdict verdict = policy.judge(failure, false);
        Cause cause = cause(verdict);
        switch (verdict.scope()) {
            case MAILBOX -> failover.block(permit, cause, schedule(verdict));
            case UPSTREAM -> failover.suspend(permit, cause, schedule(verdict));
            case RECIPIENT, MESSAGE, AUTHOR, CONNECTIONS -> failover.unreachable(permit, cause);
        }
    }

    private static Cause cause(Verdict verdict) {
        Response response = verdict.response();
        return new Cause(response.step(), response.reply(), verdict.cause() + ".", verdict.advice());
    }

    private static @Nullable ProbeSchedule schedule(Verdict verdict) {
        Duration probe = verdict.probeAfter();
        return probe == null ? null : new ProbeSchedule(probe, probe);
    }
}
