package org.o365relay.deliver;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Breakers.Backoff;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// One delivery attempt: a verdict for each open recipient, and when the message may be tried again.
///
/// @param verdicts verdict of each open recipient, in envelope order; for a recipient in backoff, the last
///     refusal as a deferral
/// @param backoffs the recipients that were not tried because they are in backoff, with their backoffs
/// @param original parts of the received message that are included in notices
/// @param alias author of the message, if the message is sent as this author (send-as list); null if it is sent
///     as the mailbox
/// @param notBefore when the message is due again if this attempt does not count and no backoff ends earlier;
///     null if the message keeps its due time
/// @param unconfirmed number of attempts to send the message through Graph whose result Graph did not report,
///     including this one if [#isUnconfirmed]
/// @param keepsTrying whether recipients with a transaction failure are retried even after the retry time is
///     exceeded, because the upstream is not known to have processed a message since this one last failed
record Attempt(
        Map<Recipient, Verdict> verdicts,
        Map<Recipient, Backoff> backoffs,
        ReportedMessage original,
        @Nullable EmailAddress alias,
        @Nullable Instant notBefore,
        int unconfirmed,
        boolean keepsTrying) {

    /// Maximum number of repeats after attempts whose result Graph did not report; further repeats would
    /// probably deliver duplicates.
    private static final int MAX_REPEATS = 3;

    Attempt {
        verdicts = Collections.unmodifiableMap(verdicts);
    }

    /// Creates an attempt from the verdicts and backoffs. If at least one recipient got past RCPT, each
    /// ambiguous failure at RCPT is attributed to its recipient.
    ///
    /// @param tried verdicts of the recipients that were tried
    /// @param inBackoff backoffs of the recipients that were not tried
    static Attempt of(
            List<Recipient> recipients,
            Map<Recipient, Verdict> tried,
            Map<Recipient, Backoff> inBackoff,
            ReportedMessage original,
            @Nullable EmailAddress alias) {
        boolean othersGotFurther = tried.values().stream().anyMatch(Verdict::isPastRcpt);
        Map<Recipient, Verdict> ordered = new LinkedHashMap<>();
        Map<Recipient, Backoff> backoffs = new HashMap<>();
        for (Recipient recipient : recipients) {
            Verdict verdict = tried.get(recipient);
            Backoff backoff = inBackoff.get(recipient);
            if (backoff != null) {
                ordered.put(recipient, backoff.refusal().deferred());
                backoffs.put(recipient, backoff);
            } else if (verdict != null) {
                ordered.put(recipient, othersGotFurther ? withRecipientAtFault(verdict) : verdict);
            } else {
                throw new IllegalArgumentException("no result for " + recipient);
            }
        }
        return new Attempt(ordered, backoffs, original, alias, null, 0, false);
    }

    /// An attempt that the relay itself ended or did not make, with the same verdict for all recipients.
    static Attempt local(List<Recipient> recipients, Verdict verdict, ReportedMessage original) {
        Map<Recipient, Verdict> verdicts = new LinkedHashMap<>();
        recipients.forEach(recipient -> verdicts.put(recipient, verdict));
        return new Attempt(verdicts, Map.of(), original, null, null, 0, false);
    }

    private static Verdict withRecipientAtFault(Verdict verdict) {
        return verdict.isAmbiguous() && verdict.response().step() == Step.RCPT
                ? Reattribution.recipientAtFault(verdict)
                : verdict;
    }

    /// @return a copy with ambiguous failures attributed to the message or, at RCPT, to the recipient
    Attempt withMessageAtFault() {
        return attributed(Verdict::isAmbiguous, Reattribution::messageAtFault);
    }

    /// @return a copy with transaction failures attributed to the upstream, except unconfirmed ones, after
    ///     which the message may have been delivered
    Attempt withUpstreamAtFault() {
        return attributed(
                verdict -> verdict.isTransactionFailure() && !verdict.response().unconfirmed(),
                Reattribution::upstreamAtFault);
    }

    /// @return a copy with the value of [#unconfirmed] that follows from the earlier attempts
    Attempt after(EarlierAttempts earlier) {
        int number = earlier.unconfirmed() + (isUnconfirmed() ? 1 : 0);
        return new Attempt(verdicts, backoffs, original, alias, notBefore, number, keepsTrying);
    }

    /// @return whether Graph did not report the result of this attempt
    boolean isUnconfirmed() {
        return any(verdict -> verdict.response().unconfirmed());
    }

    /// @param isLast whether the message expires if it is deferred
    /// @return a copy in which a message that would be repeated too often, or expires after an unconfirmed
    ///     attempt, fails as probably delivered
    Attempt limitingRepeats(boolean isLast) {
        if (unconfirmed == 0) {
            return this;
        }
        return attributed(
                verdict -> verdict.response().unconfirmed()
                        ? unconfirmed > MAX_REPEATS || isLast
                        : isLast && expires(verdict),
                Reattribution::probablyDelivered);
    }

    private boolean expires(Verdict verdict) {
        return verdict.outcome() instanceof Deferred
                && !verdict.isUpstreamFault()
                && !(keepsTrying && verdict.isTransactionFailure());
    }

    private Attempt attributed(Predicate<Verdict> condition, UnaryOperator<Verdict> attribution) {
        Map<Recipient, Verdict> attributed = new LinkedHashMap<>(verdicts);
        attributed.replaceAll((recipient, verdict) ->
                wasTried(recipient) && condition.test(verdict) ? attribution.apply(verdict) : verdict);
        return new Attempt(attributed, backoffs, original, alias, notBefore, unconfirmed, keepsTrying);
    }

    /// @return a copy with this value of [#notBefore]
    Attempt notBefore(@Nullable Instant time) {
        return new Attempt(verdicts, backoffs, original, alias, time, unconfirmed, keepsTrying);
    }

    /// @return a copy with this value of [#keepsTrying]
    Attempt keepingTrying(boolean keeps) {
        return new Attempt(verdicts, backoffs, original, alias, notBefore, unconfirmed, keeps);
    }

    boolean wasTried(Recipient recipient) {
        return !backoffs.containsKey(recipient);
    }

    /// @return whether the recipient was not tried because a trial has begun whose result is not known yet
    boolean awaitsTrial(Recipient recipient) {
        return backoff(recipient).filter(Backoff::isTrial).isPresent();
    }

    /// @return the backoff because of which the recipient was not tried; empty if it was tried
    Optional<Backoff> backoff(Recipient recipient) {
        return Optional.ofNullable(backoffs.get(recipient));
    }

    /// @return whether the attempt counts for this recipient: the recipient was tried, and the verdict is not a
    ///     [fault of the upstream][Verdict#isUpstreamFault]
    boolean counts(Recipient recipient) {
        return wasTried(recipient)
                && !Objects.requireNonNull(verdicts.get(recipient)).isUpstreamFault();
    }

    /// @return whether the attempt counts for the message, which it does if it counts for at least one
    ///     recipient
    boolean counts() {
        return any(verdict -> !verdict.isUpstreamFault());
    }

    /// @return whether the message may have caused a failure that was attributed to the upstream or the mailbox
    boolean isAmbiguous() {
        return any(Verdict::isAmbiguous);
    }

    /// @return the first verdict with this scope among the recipients that were tried
    Optional<Verdict> failure(Scope scope) {
        return first(verdict -> verdict.scope() == scope);
    }

    /// @return the failure before MAIL; empty if MAIL was reached, or if the relay itself ended the attempt
    Optional<Verdict> unreachable() {
        return first(Verdict::isBeforeMail);
    }

    /// @return the first [transaction failure][Verdict#isTransactionFailure]; empty if there was none
    Optional<Verdict> transactionFailure() {
        return first(Verdict::isTransactionFailure);
    }

    /// @return whether the upstream replied to MAIL or a later command, or turned out to have the message
    ///     already
    boolean wasAnswered() {
        return any(verdict -> verdict.isDelivered() || verdict.response().step().compareTo(Step.MAIL) >= 0)
                && any(Verdict::isFromUpstream);
    }

    /// @return the last step at which the upstream permanently refused the message or a recipient; empty if it
    ///     refused neither
    Optional<Step> refusedAt() {
        return tried().values().stream()
                .filter(verdict -> verdict.isFromUpstream() && verdict.outcome() instanceof Failed)
                .map(verdict -> verdict.response().step())
                .max(Comparator.naturalOrder());
    }

    /// @return whether the upstream accepted the message, or refused it permanently after RCPT
    boolean wasProcessed() {
        return wasAccepted()
                || refusedAt().filter(step -> step.compareTo(Step.RCPT) > 0).isPresent();
    }

    /// @return whether the relay itself ended the attempt for all recipients that were tried, or none was tried
    boolean failedLocally() {
        return tried().values().stream()
                .allMatch(verdict -> verdict.response().origin().isLocal());
    }

    /// @return whether the upstream cannot accept the message for at least one recipient, and delivered it to
    ///     none, so that another upstream may be tried
    boolean isUnsuitable() {
        return delivered() == 0 && any(Attempt::isUnsuitable);
    }

    private static boolean isUnsuitable(Verdict verdict) {
        return verdict.response().origin() == Origin.UNSUITABLE;
    }

    /// @return the reason why the upstream cannot accept the message
    Reply unsuitability() {
        return first(Attempt::isUnsuitable).orElseThrow().response().reply();
    }

    /// @return a copy that defers the recipients for which the upstream cannot accept the message, because no
    ///     other upstream, which might be able to accept it, is open now
    Attempt awaitingUpstream() {
        return attributed(Attempt::isUnsuitable, Verdict::deferred);
    }

    /// @return a copy that defers the recipients for which the upstream cannot accept the message, because the
    ///     message was delivered to others; the next attempt, which may be made at once, uses an upstream that
    ///     may be able to accept it
    Attempt leavingUnsuitable() {
        return attributed(Attempt::isUnsuitable, Reattribution::deferredToOtherUpstream);
    }

    /// @return whether the upstream was sent MAIL or a later command for at least one recipient, and the relay
    ///     did not end the attempt itself
    boolean reachedMail() {
        return any(verdict -> verdict.response().step().compareTo(Step.MAIL) >= 0
                && !verdict.response().origin().isLocal());
    }

    /// @return whether the upstream accepted the message for at least one recipient, in this attempt
    boolean wasAccepted() {
        return any(Verdict::isAccepted);
    }

    /// @return number of recipients for whom the upstream accepted the message, in this attempt or an earlier
    ///     one whose result was unknown
    int delivered() {
        return (int) tried().values().stream().filter(Verdict::isDelivered).count();
    }

    private boolean any(Predicate<Verdict> condition) {
        return tried().values().stream().anyMatch(condition);
    }

    private Optional<Verdict> first(Predicate<Verdict> condition) {
        return tried().values().stream().filter(condition).findFirst();
    }

    /// @return verdicts of the recipients that were tried
    Map<Recipient, Verdict> tried() {
        if (backoffs.isEmpty()) {
            return verdicts;
        }
        Map<Recipient, Verdict> tried = new LinkedHashMap<>(verdicts);
        tried.keySet().removeAll(backoffs.keySet());
        return tried;
    }
}
