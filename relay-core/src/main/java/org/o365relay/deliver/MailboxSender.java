package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Cause;
import org.o365relay.deliver.Verdict.Scope;
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

/// One mailbox's way out: how mail is rewritten for it, which roads it can take, how answers are judged, and
/// whether it may leave at the moment.
public final class MailboxSender {

    private static final Logger log = LoggerFactory.getLogger(MailboxSender.class);

    private static final Duration MAX_STEP = Duration.ofHours(1);

    private final EmailAddress mailbox;
    private final ClaimScope claimScope;
    private final Rewriter rewriter;
    private final List<Upstream> upstreams;
    private final SendingAccount account;
    private final ResponseClassifier classifier;
    private final UpstreamFailover failover;
    private final Breakers breakers;
    private final Journal journal;
    private final InstantSource clock;

    /// An open lane.
    ///
    /// @param upstreams one for each of the mailbox's roads, in their order; closed by the dispatcher
    /// @param account the mailbox's; shared by all that have the same
    /// @param routes say what the mailbox may send
    /// @param probes when closed roads are probed
    public MailboxSender(
            MailboxSettings settings,
            List<Upstream> upstreams,
            SendingAccount account,
            Routes routes,
            ProbeSchedule probes,
            Journal journal,
            InstantSource clock) {
        this(
                settings,
                upstreams,
                account,
                routes,
                probes,
                new FailurePolicy(settings.address())::judge,
                journal,
                clock);
    }

    MailboxSender(
            MailboxSettings settings,
            List<Upstream> upstreams,
            SendingAccount account,
            Routes routes,
            ProbeSchedule probes,
            ResponseClassifier policy,
            Journal journal,
            InstantSource clock) {
        this.mailbox = settings.address();
        this.claimScope = claimScope(mailbox, routes);
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstreams = List.copyOf(upstreams);
        this.account = account;
        this.classifier = policy;
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

    /// @return what it may claim: what is routed to the mailbox, or to a pool it is in
    ClaimScope claimScope() {
        return claimScope;
    }

    /// @return whether mail may leave just now
    boolean isOpen() {
        return failover.isOpen() && !failover.isPaused();
    }

    /// @return whether messages of this mailbox or pool may leave through it
    boolean serves(String lane) {
        return claimScope.routes().contains(lane);
    }

    /// @return whether others may send some of its messages
    boolean isInPool() {
        return claimScope.routes().size() > 1;
    }

    /// @return whether another mailbox might send the message
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

    /// Nothing more leaves until [#resume()], because an operator says so; what is under way ends.
    ///
    /// @param by who said so
    void pause(Instant since, String by) {
        failover.pause(since, by);
    }

    /// Lets mail leave again if it was stopped, and has what is closed tried at once.
    ///
    /// @return false if there was nothing to resume
    boolean resume() {
        return failover.resume();
    }

    Verdict judge(Response response, boolean alias) {
        return classifier.judge(response, alias);
    }

    void close() {
        upstreams.forEach(Upstream::close);
    }

    /// Learns what came of a delivery.
    ///
    /// @return what it means for the message
    AttemptRuling evaluate(DeliveryPermit passage, Claim claim, Attempt attempt) {
        FaultAttribution chances = passage.health().attribution();
        boolean ownTrouble = attempt.isAmbiguous() && chances.isOwnFault(claim.id());
        if (attempt.wasProcessed()) {
            chances.processed();
        }
        breakers.learn(attempt);
        if (!(ownTrouble && chances.ignoresOwnFault(claim.id()))) {
            updateHealth(passage, attempt);
        }
        return attempt.isAmbiguous()
                ? ambiguous(chances, claim, attempt, ownTrouble)
                : unambiguous(passage, claim, attempt);
    }

    /// What is lost when its road gives way goes on by the next one at once.
    private AttemptRuling unambiguous(DeliveryPermit passage, Claim claim, Attempt attempt) {
        if (attempt.transactionFailure().isEmpty()) {
            return AttemptRuling.of(attempt);
        }
        FaultAttribution chances = passage.health().attribution();
        boolean othersAreServed = chances.processedSince(claim.id());
        chances.lost(claim.id());
        return failover.hasFailedOverFrom(passage.health())
                ? AttemptRuling.of(attempt.withUpstreamAtFault())
                : new AttemptRuling(attempt, null, !othersAreServed);
    }

    private AttemptRuling ambiguous(FaultAttribution chances, Claim claim, Attempt attempt, boolean ownTrouble) {
        int inRow = chances.failed(claim.id(), ownTrouble);
        return ownTrouble
                ? AttemptRuling.of(attempt.withMessageAtFault())
                : new AttemptRuling(attempt, notBefore(claim, inRow), false);
    }

    /// Another message is to be the next probe: this one may be the only one in trouble.
    ///
    /// @param inRow how often it has been in this trouble
    /// @return null if another road is open, or another mailbox may try the message
    private @Nullable Instant notBefore(Claim claim, int inRow) {
        Duration delay = failover.untilNextAttempt();
        boolean mayLeaveElsewhere = inRow == 1 && isFromPool(claim);
        if (delay.isZero() || mayLeaveElsewhere) {
            return null;
        }
        // an urgent one would overtake the others again
        boolean overtakes = claim.priority() == Priority.URGENT && inRow > 1;
        Duration more = overtakes ? new ProbeSchedule(delay, MAX_STEP).delay(inRow - 2) : Duration.ZERO;
        return clock.instant().plus(delay).plus(more);
    }

    private void updateHealth(DeliveryPermit passage, Attempt attempt) {
        Optional<Result> ofMailbox = attempt.failure(Scope.MAILBOX);
        Optional<Result> ofRoad = attempt.failure(Scope.UPSTREAM);
        if (attempt.failure(Scope.CONNECTIONS).isPresent()) {
            throttle(
                    passage, attempt.failure(Scope.CONNECTIONS).get().response().reply());
        }
        if (ofMailbox.isPresent()) {
            failover.block(
                    passage, cause(ofMailbox.get()), schedule(ofMailbox.get().verdict()));
        } else if (ofRoad.isPresent()) {
            failover.suspend(passage, cause(ofRoad.get()), schedule(ofRoad.get().verdict()));
        } else if (attempt.unreachable().isPresent()) {
            failover.unreachable(passage, cause(attempt.unreachable().get()));
        } else if (attempt.delivered() > 0) {
            account.concurrencyLimiter().succeeded();
            failover.accepted(passage);
        } else if (attempt.transactionFailure().isPresent()) {
            failover.transactionFailed(
                    passage, cause(attempt.transactionFailure().get()));
        } else if (attempt.refusedAt().isPresent()) {
            account.concurrencyLimiter().succeeded();
            failover.refused(passage, attempt.refusedAt().get());
        } else if (attempt.wasAnswered()) {
            failover.answered(passage);
        } else if (!attempt.failedLocally()) {
            failover.connectionLost(passage);
        }
    }

    private void throttle(DeliveryPermit passage, Reply reply) {
        if (account.concurrencyLimiter().throttled()) {
            journal.throttled(
                    mailbox,
                    passage.health().name(),
                    reply,
                    account.concurrencyLimiter().limit());
        }
    }

    /// Nothing leaves before there is room in the account's allowance.
    ///
    /// @param reply that says so
    void waitForQuota(DeliveryPermit passage, Instant until, Reply reply) {
        DailyQuota allowance = account.dailyQuota();
        String reason = "limits.recipients-per-day of " + account.name() + " is "
                + allowance.limit().orElseThrow()
                + ". Nothing is lost: mail goes on when the first of them are 24 hours old. If this happens often,"
                + " share the mail among several mailboxes (relay.pools).";
        Cause trouble = new Cause(Step.MAIL, reply, reason);
        if (allowance.hasReservations()) {
            failover.retryLater(passage, until, trouble);
        } else {
            failover.blockUntil(passage, until, trouble);
        }
    }

    /// Makes the check that is due, if one is: signs in, and sends nothing. Blocks.
    void check() {
        Optional<DeliveryPermit> due = failover.acquireCheck();
        if (due.isPresent()) {
            try {
                updateHealth(due.get(), due.get().upstream().check());
            } catch (RuntimeException e) {
                log.error(
                        "{} cannot be checked because of a bug; please report it",
                        due.get().health().name(),
                        e);
                failover.connectionLost(due.get());
            } finally {
                failover.release(due.get());
            }
        }
    }

    private void updateHealth(DeliveryPermit passage, UpstreamCheck check) {
        Response failure = check.failure();
        if (failure == null) {
            failover.answered(passage);
            return;
        }
        Verdict verdict = classifier.judge(failure, false);
        Cause trouble = cause(new Result(failure, verdict));
        switch (verdict.scope()) {
            case MAILBOX -> failover.block(passage, trouble, schedule(verdict));
            case UPSTREAM -> failover.suspend(passage, trouble, schedule(verdict));
            case RECIPIENT, MESSAGE, AUTHOR, CONNECTIONS -> failover.unreachable(passage, trouble);
        }
    }

    private static Cause cause(Result result) {
        Verdict verdict = result.verdict();
        Response response = result.response();
        return new Cause(response.step(), response.reply(), verdict.cause() + ".", verdict.advice());
    }

    private static @Nullable ProbeSchedule schedule(Verdict verdict) {
        Duration probe = verdict.probeAfter();
        return probe == null ? null : new ProbeSchedule(probe, probe);
    }
}
