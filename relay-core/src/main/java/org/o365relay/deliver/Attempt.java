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
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Settlement.Remark;

/// The results of one delivery attempt.
///
/// @param results for every open recipient, in the order of the envelope
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

        /// @return the same result for a recipient that was not tried
        Result backedOffUntil(Instant time) {
            Verdict deferred = verdict.withScope(verdict.scope(), new Deferred(response.reply()));
            return new Result(response, deferred, time);
        }

        boolean isInBackoff() {
            return backoffUntil != null;
        }

        /// @return whether the failure is the upstream's or the mailbox's, not the message's
        boolean isUpstreamFault() {
            return switch (verdict.scope()) {
                case CONNECTIONS, UPSTREAM, MAILBOX -> true;
                case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
            };
        }

        /// @return whether the reply names the upstream or mailbox but may be caused by the message, as any
        ///     reply from RCPT on
        boolean isAmbiguous() {
            return (verdict.scope() == Scope.UPSTREAM || verdict.scope() == Scope.MAILBOX)
                    && response.step().compareTo(Step.RCPT) >= 0
                    && isFromUpstream()
                    && !isInBackoff();
        }

        /// @return whether the connection was lost or the upstream failed after MAIL
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

        /// @return whether it counts as an attempt
        boolean countsAsAttempt() {
            return !isInBackoff() && !isUpstreamFault();
        }

        boolean isFromUpstream() {
            return response.origin() == Origin.UPSTREAM || response.origin() == Origin.GRAPH;
        }

        /// @return the reason, for the history
        Remark remark() {
            return new Remark(isDelivered() ? "" : reason(), response.mayHaveArrived());
        }

        /// @return name of the reply in the catalogue, or one of the [org.o365relay.notice.GeneralReason]s
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

    /// Orders the results by recipient. A failure at RCPT of only some recipients is attributed to them.
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

    /// @return whether a failure of upstream or mailbox may be caused by the message
    boolean isAmbiguous() {
        return any(Result::isAmbiguous);
    }

    /// @return the same, with ambiguous failures attributed to the message
    Attempt withMessageAtFault() {
        Map<Recipient, Result> attributed = new LinkedHashMap<>(results);
        attributed.replaceAll((_, result) -> result.isAmbiguous()
                ? new Result(result.response(), FailurePolicy.messageAtFault(result.response(), result.verdict()))
                : result);
        return new Attempt(attributed, original, alias);
    }

    /// @return the same, with transaction failures attributed to the upstream
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

    /// @return the first failure of this scope
    Optional<Result> failure(Scope scope) {
        return tried().filter(result -> result.verdict().scope() == scope).findFirst();
    }

    /// @return the failure before MAIL; empty if MAIL was reached
    Optional<Result> unreachable() {
        return tried().filter(Result::isBeforeMail).findFirst();
    }

    /// @return the failure of connection or upstream after MAIL; empty if there was none
    Optional<Result> transactionFailure() {
        return tried().filter(Result::isTransactionFailure).findFirst();
    }

    /// @return whether it counts as an attempt for the message
    boolean countsAsAttempt() {
        return any(Result::countsAsAttempt);
    }

    /// @return whether the upstream replied to MAIL or a later command
    boolean wasAnswered() {
        return any(result -> result.response().step().compareTo(Step.MAIL) >= 0) && any(Result::isFromUpstream);
    }

    /// @return the last step at which it was refused permanently; empty if it was not
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

    /// @return whether it failed in the relay itself and says nothing about the upstream
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
