package org.o365relay.deliver;

import java.time.Instant;
import java.util.Collections;
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
import org.o365relay.mail.Original;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Recipient;

/// What was said in one attempt, and what it means.
///
/// @param results for every open recipient, in the order of the envelope
/// @param original what a notice can tell of the message
/// @param alias the author, if it is one of the send-as list; null if it is the mailbox
record Attempt(
        Map<Recipient, Result> results,
        Original original,
        @Nullable EmailAddress alias) {

    Attempt {
        results = Collections.unmodifiableMap(results);
    }

    /// What one recipient got.
    ///
    /// @param until null unless it was not tried, because others like it had been refused: until when
    record Result(
            Response response, Verdict verdict, @Nullable Instant until) {

        Result(Response response, Verdict verdict) {
            this(response, verdict, null);
        }

        /// The same for a recipient that was not tried.
        Result heldUntil(Instant time) {
            Verdict deferred = new Verdict(
                    new Deferred(response.reply()),
                    verdict.scope(),
                    verdict.name(),
                    verdict.cause(),
                    verdict.advice(),
                    verdict.probe());
            return new Result(response, deferred, time);
        }

        boolean isHeld() {
            return until != null;
        }

        /// @return whether it is about the way the message took, and not about the message
        boolean isTroubleOfRoad() {
            return switch (verdict.scope()) {
                case CONNECTIONS, ROAD, MAILBOX -> true;
                case RECIPIENT, MESSAGE, AUTHOR -> isBeforeMail();
            };
        }

        /// Before MAIL nothing is about the message.
        boolean isBeforeMail() {
            return response.step().compareTo(Step.MAIL) < 0
                    && response.origin() != Origin.RELAY
                    && verdict.outcome() instanceof Deferred;
        }

        /// @return whether the message had its chance
        boolean counts() {
            return !isHeld() && !isTroubleOfRoad();
        }

        boolean isFromUpstream() {
            return response.origin() == Origin.UPSTREAM || response.origin() == Origin.GRAPH;
        }

        boolean isDelivered() {
            return verdict.outcome() instanceof Delivered;
        }
    }

    /// Puts the results into the order of the recipients.
    static Attempt of(
            List<Recipient> recipients,
            Map<Recipient, Result> results,
            Original original,
            @Nullable EmailAddress alias) {
        Map<Recipient, Result> ordered = new LinkedHashMap<>();
        for (Recipient recipient : recipients) {
            Result result = results.get(recipient);
            if (result == null) {
                throw new IllegalArgumentException("nothing was said of " + recipient);
            }
            ordered.put(recipient, result);
        }
        return new Attempt(ordered, original, alias);
    }

    /// @return trouble that reaches so far, if there is any
    Optional<Result> trouble(Scope scope) {
        return tried().filter(result -> result.verdict().scope() == scope).findFirst();
    }

    /// @return what kept the message from coming to MAIL, if anything did
    Optional<Result> unreachable() {
        return tried().filter(Result::isBeforeMail).findFirst();
    }

    /// @return whether the message, and not only its way, had its chance
    boolean counts() {
        return any(Result::counts);
    }

    /// @return whether the upstream has answered to the message
    boolean wasHeard() {
        return any(result -> result.response().step().compareTo(Step.MAIL) >= 0) && any(Result::isFromUpstream);
    }

    /// @return whether the upstream has dealt with the message: taken it, or refused it for good
    boolean wasServed() {
        return any(result -> result.isFromUpstream() && !(result.verdict().outcome() instanceof Deferred));
    }

    /// @return whether it ended in the relay itself, so that nothing was learned about the upstream
    boolean endedHere() {
        return tried().allMatch(result -> result.response().origin() == Origin.RELAY);
    }

    /// @return whether the upstream has heard of the message at all
    boolean cameToMail() {
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
        return results.values().stream().filter(result -> !result.isHeld());
    }
}
