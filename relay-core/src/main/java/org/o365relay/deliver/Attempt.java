package org.o365relay.deliver;

import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Settlement.Remark;

/// The results of one delivery attempt.
///
/// @param results result for each open recipient, in envelope order
/// @param original parts of the received message, for notices
/// @param alias the author if on the send-as list; null if the message is sent as the mailbox
record Attempt(
        Map<Recipient, Result> results,
        ReportedMessage original,
        @Nullable EmailAddress alias) {

    Attempt {
        results = Collections.unmodifiableMap(results);
    }

    /// The result for one recipient.
    ///
    /// @param backoffUntil end of the backoff; null if the recipient was tried
    record Result(
            Response response, Verdict verdict, @Nullable Instant backoffUntil) {

        Result(Response response, Verdict verdict) {
            this(response, verdict, null);
        }

        /// @return this result, deferred until the end of the backoff, for a recipient that was not tried
        Result backedOffUntil(Instant time) {
            Verdict deferred = verdict.withScope(verdict.scope(), new Deferred(response.reply()));
            return new Result(response, deferred, time);
        }

        boolean isInBackoff() {
            return backoffUntil != null;
        }

        /// @return whether the upstream or the mailbox is at fault, not the message
        boolean isUpstreamFault() {
            return switch (verdict.scope()) {
                case CONNECTIONS, UPSTREAM, MAILBOX -> true;
                case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
            };
        }

        /// @return whether the reply is about the upstream or mailbox but may be caused by the message, as is
        ///     possible for any reply to RCPT or a later command
        boolean isAmbiguous() {
            return (verdict.scope() == Scope.UPSTREAM || verdict.scope() == Scope.MAILBOX)
                    && response.step().compareTo(Step.RCPT) >= 0
                    && isFromUpstream()
                    && !isInBackoff();
        }

        /// @return whether the connection was lost or the upstream failed at MAIL or later
        boolean isTransactionFailure() {
            boolean failed = response.origin() == Origin.NETWORK
                    || (response.origin() == Origin.GRAPH && response.reply().category() == 5);
            return failed
                    && response.step().compareTo(Step.MAIL) >= 0
                    && verdict.outcome() instanceof Deferred
                    && !isUpstreamFault()
                    && !isInBackoff();
        }

        /// @return whether the recipient is in backoff because it was refused permanently
        boolean isRecipientBackoff() {
            return isInBackoff() && verdict.scope() == Scope.RECIPIENT; // any other backoff is an author's
        }

        boolean isPastRcpt() {
            return response.step().compareTo(Step.RCPT) > 0 && response.origin() != Origin.RELAY && !isInBackoff();
        }

        /// @return whether the attempt failed before MAIL, so that the message cannot be the cause
        boolean isBeforeMail() {
            return response.step().compareTo(Step.MAIL) < 0
                    && response.origin() != Origin.RELAY
                    && verdict.outcome() instanceof Deferred;
        }

        /// @return whether this result counts as a delivery attempt
        boolean countsAsAttempt() {
            return !isInBackoff() && !isUpstreamFault();
        }

        boolean isFromUpstream() {
            return response.origin() == Origin.UPSTREAM || response.origin() == Origin.GRAPH;
        }

        /// @return the reason to record in the history
        Remark remark() {
            return new Remark(isDelivered() ? "" : reason(), response.mayHaveArrived());
        }

        /// @return name of the reply in the catalogue, or of a [org.o365relay.notice.GeneralReason]
        String reason() {
            if (!verdict.name().isEmpty()) {
                return verdict.name();
            }
            return switch (response.origin()) {
                case UPSTREAM, GRAPH -> "unknown-reply";
                case NETWORK -> "unreachable";
                case TLS -> "tls";
                case SIGN_IN -> "sign-in";
                case RELAY -> "relay";
            };
        }

        boolean isDelivered() {
            return verdict.outcome() instanceof Delivered;
        }
    }

    /// Orders the results by recipient. If only some recipients fail at RCPT, the failure is attributed to
    /// them.
    static Attempt of(
            List<Recipient> recipients,
            Map<Recipient, Result> results,
            ReportedMessage original,
            @Nullable EmailAddress alias) {
        boolean othersGotFurther = results.values().stream().anyMatch(Result::isPastRcpt);
        Map<Recipient, Result> ordered = new LinkedHashMap<>();
        for (Recipient recipient : recipients) {
            Result result = results.get(recipient);
            if (result == null) {
                throw new IllegalArgumentException("no result for " + recipient);
            }
            ordered.put(recipient, othersGotFurther ? withRecipientAtFault(result) : result);
        }
        return new Attempt(ordered, original, alias);
    }

    private static Result withRecipientAtFault(Result result) {
        Response response = result.response();
        return result.isAmbiguous() && response.step() == Step.RCPT
                ? new Result(response, FailurePolicy.recipientAtFault(response, result.verdict()))
                : result;
    }

    /// @return whether the message may have caused a failure that is reported as the upstream's or mailbox's
    boolean isAmbiguous() {
        return any(Result::isAmbiguous);
    }

    /// @return a copy with ambiguous failures attributed to the message
    Attempt withMessageAtFault() {
        Map<Recipient, Result> attributed = new LinkedHashMap<>(results);
        attributed.replaceAll((_, result) -> result.isAmbiguous()
                ? new Result(result.response(), FailurePolicy.messageAtFault(result.response(), result.verdict()))
                : result);
        return new Attempt(attributed, original, alias);
    }

    /// @return a copy with transaction failures attributed to the upstream
    Attempt withUpstreamAtFault() {
        Map<Recipient, Result> attributed = new LinkedHashMap<>(results);
        attributed.replaceAll((_, result) -> result.isTransactionFailure()
                ? new Result(
                        result.response(),
                        result.verdict()
                                .withScope(Scope.UPSTREAM, result.verdict().outcome()))
                : result);
        return new Attempt(attributed, original, alias);
    }

    /// @return the first failure with this scope
    Optional<Result> failure(Scope scope) {
        return tried().filter(result -> result.verdict().scope() == scope).findFirst();
    }

    /// @return the failure before MAIL; empty if MAIL was reached
    Optional<Result> unreachable() {
        return tried().filter(Result::isBeforeMail).findFirst();
    }

    /// @return the failure of the connection or upstream at MAIL or later; empty if there was none
    Optional<Result> transactionFailure() {
        return tried().filter(Result::isTransactionFailure).findFirst();
    }

    /// @return whether this attempt counts for the message
    boolean countsAsAttempt() {
        return any(Result::countsAsAttempt);
    }

    /// @return whether the upstream replied to MAIL or a later command
    boolean wasAnswered() {
        return any(result -> result.response().step().compareTo(Step.MAIL) >= 0) && any(Result::isFromUpstream);
    }

    /// @return the last step at which the upstream permanently refused the message or a recipient; empty if it
    ///     refused neither
    Optional<Step> refusedAt() {
        return tried().filter(
                        result -> result.isFromUpstream() && result.verdict().outcome() instanceof Failed)
                .map(result -> result.response().step())
                .max(Comparator.naturalOrder());
    }

    /// @return whether the upstream accepted the message, or refused it permanently after RCPT
    boolean wasProcessed() {
        return delivered() > 0
                || refusedAt().filter(step -> step.compareTo(Step.RCPT) > 0).isPresent();
    }

    /// @return whether the attempt failed in the relay itself and says nothing about the upstream
    boolean failedLocally() {
        return tried().allMatch(result -> result.response().origin() == Origin.RELAY);
    }

    /// @return whether MAIL was reached
    boolean reachedMail() {
        return any(result -> !result.isBeforeMail());
    }

    /// @return number of recipients the upstream accepted
    int delivered() {
        return (int) tried().filter(Result::isDelivered).count();
    }

    private boolean any(Predicate<Result> predicate) {
        return tried().anyMatch(predicate);
    }

    private Stream<Result> tried() {
        return results.values().stream().filter(result -> !result.isInBackoff());
    }
}
