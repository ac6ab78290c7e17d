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
import org.o365relay.deliver.Suspension.Trouble;
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

    private static final Duration LONGEST_STEP = Duration.ofHours(1);

    private final EmailAddress mailbox;
    private final ClaimScope supply;
    private final Rewriter rewriter;
    private final List<Upstream> upstreams;
    private final SendingAccount account;
    private final ResponseClassifier policy;
    private final UpstreamFailover roads;
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
        this.supply = supply(mailbox, routes);
        this.rewriter = new Rewriter(settings.rewrite());
        this.upstreams = List.copyOf(upstreams);
        this.account = account;
        this.policy = policy;
        this.roads = new UpstreamFailover(mailbox, upstreams, probes, journal, clock);
        this.breakers = new Breakers(mailbox, journal, clock);
        this.journal = journal;
        this.clock = clock;
    }

    private static ClaimScope supply(EmailAddress mailbox, Routes routes) {
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
    ClaimScope supply() {
        return supply;
    }

    /// @return whether mail may leave just now
    boolean isOpen() {
        return roads.isOpen() && !roads.isStopped();
    }

    /// @return whether messages of this mailbox or pool may leave through it
    boolean serves(String lane) {
        return supply.routes().contains(lane);
    }

    /// @return whether others may send some of its messages
    boolean isInPool() {
        return supply.routes().size() > 1;
    }

    /// @return whether another mailbox might send the message
    boolean isFromPool(Claim claim) {
        return !claim.route().equalsIgnoreCase(supply.owner());
    }

    Rewriter rewriter() {
        return rewriter;
    }

    SendingAccount account() {
        return account;
    }

    UpstreamFailover roads() {
        return roads;
    }

    Breakers breakers() {
        return breakers;
    }

    /// Nothing more leaves until [#resume()], because an operator says so; what is under way ends.
    ///
    /// @param by who said so
    void stop(Instant since, String by) {
        roads.stop(since, by);
    }

    /// Lets mail leave again if it was stopped, and has what is closed tried at once.
    ///
    /// @return false if there was nothing to resume
    boolean resume() {
        return roads.resume();
    }

    Verdict judge(Response response, boolean alias) {
        return policy.judge(response, alias);
    }

    void close() {
        upstreams.forEach(Upstream::close);
    }

    /// Learns what came of a delivery.
    ///
    /// @return what it means for the message
    AttemptRuling tell(DeliveryPermit passage, Claim claim, Attempt attempt) {
        FaultAttribution chances = passage.road().chances();
        boolean ownTrouble = attempt.isDisputed() && chances.isToBlame(claim.id());
        if (attempt.wasServed()) {
            chances.served();
        }
        breakers.learn(attempt);
        if (!(ownTrouble && chances.tolerate(claim.id()))) {
            learn(passage, attempt);
        }
        return attempt.isDisputed()
                ? disputed(chances, claim, attempt, ownTrouble)
                : undisputed(passage, claim, attempt);
    }

    /// What is lost when its road gives way goes on by the next one at once.
    private AttemptRuling undisputed(DeliveryPermit passage, Claim claim, Attempt attempt) {
        if (attempt.lost().isEmpty()) {
            return AttemptRuling.of(attempt);
        }
        FaultAttribution chances = passage.road().chances();
        boolean othersAreServed = chances.servedSince(claim.id());
        chances.lost(claim.id());
        return roads.haveLeft(passage.road())
                ? AttemptRuling.of(attempt.ofRoadAlone())
                : new AttemptRuling(attempt, null, !othersAreServed);
    }

    private AttemptRuling disputed(FaultAttribution chances, Claim claim, Attempt attempt, boolean ownTrouble) {
        int inRow = chances.missed(claim.id(), ownTrouble);
        return ownTrouble
                ? AttemptRuling.of(attempt.ofMessageAlone())
                : new AttemptRuling(attempt, stepBack(claim, inRow), false);
    }

    /// Another message is to be the next probe: this one may be the only one in trouble.
    ///
    /// @param inRow how often it has been in this trouble
    /// @return null if another road is open, or another mailbox may try the message
    private @Nullable Instant stepBack(Claim claim, int inRow) {
        Duration delay = roads.closedFor();
        boolean mayLeaveElsewhere = inRow == 1 && isFromPool(claim);
        if (delay.isZero() || mayLeaveElsewhere) {
            return null;
        }
        // an urgent one would overtake the others again
        boolean overtakes = claim.priority() == Priority.URGENT && inRow > 1;
        Duration more = overtakes ? new ProbeSchedule(delay, LONGEST_STEP).delay(inRow - 2) : Duration.ZERO;
        return clock.instant().plus(delay).plus(more);
    }

    private void learn(DeliveryPermit passage, Attempt attempt) {
        Optional<Result> ofMailbox = attempt.trouble(Scope.MAILBOX);
        Optional<Result> ofRoad = attempt.trouble(Scope.ROAD);
        if (attempt.trouble(Scope.CONNECTIONS).isPresent()) {
            slowDown(
                    passage, attempt.trouble(Scope.CONNECTIONS).get().response().reply());
        }
        if (ofMailbox.isPresent()) {
            roads.pause(
                    passage, trouble(ofMailbox.get()), schedule(ofMailbox.get().verdict()));
        } else if (ofRoad.isPresent()) {
            roads.close(passage, trouble(ofRoad.get()), schedule(ofRoad.get().verdict()));
        } else if (attempt.unreachable().isPresent()) {
            roads.unreachable(passage, trouble(attempt.unreachable().get()));
        } else if (attempt.delivered() > 0) {
            account.connections().served();
            roads.served(passage);
        } else if (attempt.lost().isPresent()) {
            roads.faltered(passage, trouble(attempt.lost().get()));
        } else if (attempt.refusedAt().isPresent()) {
            account.connections().served();
            roads.refused(passage, attempt.refusedAt().get());
        } else if (attempt.wasHeard()) {
            roads.heard(passage);
        } else if (!attempt.endedHere()) {
            roads.lost(passage);
        }
    }

    private void slowDown(DeliveryPermit passage, Reply reply) {
        if (account.connections().tooMany()) {
            journal.throttled(
                    mailbox, passage.road().name(), reply, account.connections().limit());
        }
    }

    /// Nothing leaves before there is room in the account's allowance.
    ///
    /// @param reply that says so
    void waitForRoom(DeliveryPermit passage, Instant until, Reply reply) {
        DailyQuota allowance = account.allowance();
        String reason = "limits.recipients-per-day of " + account.name() + " is "
                + allowance.limit().orElseThrow()
                + ". Nothing is lost: mail goes on when the first of them are 24 hours old. If this happens often,"
                + " share the mail among several mailboxes (relay.pools).";
        Trouble trouble = new Trouble(Step.MAIL, reply, reason);
        if (allowance.isPromised()) {
            roads.rest(passage, until, trouble);
        } else {
            roads.pauseUntil(passage, until, trouble);
        }
    }

    /// Makes the check that is due, if one is: signs in, and sends nothing. Blocks.
    void check() {
        Optional<DeliveryPermit> due = roads.enterCheck();
        if (due.isPresent()) {
            try {
                learn(due.get(), due.get().upstream().check());
            } catch (RuntimeException e) {
                log.error(
                        "{} cannot be checked because of a bug; please report it",
                        due.get().road().name(),
                        e);
                roads.lost(due.get());
            } finally {
                roads.leave(due.get());
            }
        }
    }

    private void learn(DeliveryPermit passage, UpstreamCheck check) {
        Response failure = check.failure();
        if (failure == null) {
            roads.heard(passage);
            return;
        }
        Verdict verdict = policy.judge(failure, false);
        Trouble trouble = trouble(new Result(failure, verdict));
        switch (verdict.scope()) {
            case MAILBOX -> roads.pause(passage, trouble, schedule(verdict));
            case ROAD -> roads.close(passage, trouble, schedule(verdict));
            case RECIPIENT, MESSAGE, AUTHOR, CONNECTIONS -> roads.unreachable(passage, trouble);
        }
    }

    private static Trouble trouble(Result result) {
        Verdict verdict = result.verdict();
        Response response = result.response();
        return new Trouble(response.step(), response.reply(), verdict.cause() + ".", verdict.advice());
    }

    private static @Nullable ProbeSchedule schedule(Verdict verdict) {
        Duration probe = verdict.probe();
        return probe == null ? null : new ProbeSchedule(probe, probe);
    }
}
