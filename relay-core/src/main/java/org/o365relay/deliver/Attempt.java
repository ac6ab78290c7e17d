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

/// What was said in one attempt, and what it means.
///
/// @param results for every open recipient, in the order of the envelope
/// @param original what a notice can tell of the message
/// @param alias the author, if it is one of the send-as list; null if it is the mailbox
record Attempt(
        Map<Recipient, Result> results,
        ReportedMessage original,
        @Nullable EmailAddress alias) {

    Attempt {
        results = Collections.unmodifiableMap(results);
    }

    /// What one recipient got.
    ///
    /// @param backoffUntil null unless it was not tried, because others like it had been refused: until when
    record Result(
            Response response, Verdict verdict, @Nullable Instant backoffUntil) {

        Result(Response response, Verdict verdict) {
            this(response, verdict, null);
        }

        /// The same for a recipient that was not tried.
        Result backedOffUntil(Instant time) {
            Verdict deferred = verdict.withScope(verdict.scope(), new Deferred(response.reply()));
            return new Result(response, deferred, time);
        }

        boolean isInBackoff() {
            return backoffUntil != null;
        }

        /// @return whether it is about the way the message took, and not about the message
        boolean isUpstreamFault() {
            return switch (verdict.scope()) {
                case CONNECTIONS, UPSTREAM, MAILBOX -> true;
                case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
            };
        }

        /// @return whether it is said to be about the way, when it may as well be about the message: from RCPT on
        ///     no two messages are alike
        boolean isAmbiguous() {
            return (verdict.scope() == Scope.UPSTREAM || verdict.scope() == Scope.MAILBOX)
                    && response.step().compareTo(Step.RCPT) >= 0
                    && isFromUpstream()
                    && !isInBackoff();
        }

        /// @return whether the upstream was lost, or failed, when it had heard of the message
        boolean isTransactionFailure() {
            boolean failed = response.origin() == Origin.NETWORK
                    || (response.origin() == Origin.GRAPH && response.reply().category() == 5);
            return failed
                    && response.step().compareTo(Step.MAIL) >= 0
                    && verdict.outcome() instanceof Deferred
                    && !isUpstreamFault()
                    && !isInBackoff();
        }

        /// @return whether it is held because the recipient was refused for good
        boolean isRecipientBackoff() {
            return isInBackoff() && verdict.scope() == Scope.RECIPIENT; // nobody else is held but authors
        }

        boolean isPastRcpt() {
            return response.step().compareTo(Step.RCPT) > 0 && response.origin() != Origin.RELAY && !isInBackoff();
        }

        /// Before MAIL nothing is about the message.
        boolean isBeforeMail() {
            return response.step().compareTo(Step.MAIL) < 0
                    && response.origin() != Origin.RELAY
                    && verdict.outcome() instanceof Deferred;
        }

        /// @return whether the message had its chance
        boolean countsAsAttempt() {
            return !isInBackoff() && !isUpstreamFault();
        }

        boolean isFromUpstream() {
            return response.origin() == Origin.UPSTREAM || response.origin() == Origin.GRAPH;
        }

        /// @return what the history remembers of it
        Remark remark() {
            return new Remark(isDelivered() ? "" : reason(), response.mayHaveArrived());
        }

        /// @return what the reply means, as in the catalogue, or one of the [org.o365relay.notice.GeneralReason]s
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

    /// Puts the results into the order of the recipients. What only some of them met at RCPT is their own.
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
                throw new IllegalArgumentException("nothing was said of " + recipient);
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

    /// @return whether the message may be to blame for what is said to be trouble of the way
    boolean isAmbiguous() {
        return any(Result::isAmbiguous);
    }

    /// @return the same, with what is disputed taken for the message's own trouble
    Attempt withMessageAtFault() {
        Map<Recipient, Result> own = new LinkedHashMap<>(results);
        own.replaceAll((_, result) -> result.isAmbiguous()
                ? new Result(result.response(), FailurePolicy.messageAtFault(result.response(), result.verdict()))
                : result);
        return new Attempt(own, original, alias);
    }

    /// @return the same, with what was lost on the way taken for trouble of the road
    Attempt withUpstreamAtFault() {
        Map<Recipient, Result> lost = new LinkedHashMap<>(results);
        lost.replaceAll((_, result) -> result.isTransactionFailure()
                ? new Result(
                        result.response(),
                        result.verdict()
                                .withScope(Scope.UPSTREAM, result.verdict().outcome()))
                : result);
        return new Attempt(lost, original, alias);
    }

    /// @return trouble that reaches so far, if there is any
    Optional<Result> failure(Scope scope) {
        return tried().filter(result -> result.verdict().scope() == scope).findFirst();
    }

    /// @return what kept the message from coming to MAIL, if anything did
    Optional<Result> unreachable() {
        return tried().filter(Result::isBeforeMail).findFirst();
    }

    /// @return what happened when the upstream had heard of the message and then was lost, if it was
    Optional<Result> transactionFailure() {
        return tried().filter(Result::isTransactionFailure).findFirst();
    }

    /// @return whether the message, and not only its way, had its chance
    boolean countsAsAttempt() {
        return any(Result::countsAsAttempt);
    }

    /// @return whether the upstream has answered to the message
    boolean wasAnswered() {
        return any(result -> result.response().step().compareTo(Step.MAIL) >= 0) && any(Result::isFromUpstream);
    }

    /// @return how far it had come when it was refused for good; empty if it was not
    Optional<Step> refusedAt() {
        return tried().filter(
                        result -> result.isFromUpstream() && result.verdict().outcome() instanceof Failed)
                .map(result -> result.response().step())
                .max(Comparator.naturalOrder());
    }

    /// @return whether the upstream has dealt with the message: taken it, or refused it when it had seen it
    boolean wasProcessed() {
        return delivered() > 0
                || refusedAt().filter(step -> step.compareTo(Step.RCPT) > 0).isPresent();
    }

    /// @return whether it ended in the relay itself, so that nothing was learned about the upstream
    boolean failedLocally() {
        return tried().allMatch(result -> result.response().origin() == Origin.RELAY);
    }

    /// @return whether the upstream has heard of the message at all
    boolean reachedMail() {
        return any(result -> !result.isBeforeMail());
    }

    /// @return how many recipients the upstream has taken
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
