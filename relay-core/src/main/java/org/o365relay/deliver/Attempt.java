package org.o365relay.deliver;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Original;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Recipient;

/// What was said in one attempt, and what it means.
///
/// @param results for every open recipient, in the order of the envelope
/// @param original what a notice can tell of the message
record Attempt(Map<Recipient, Result> results, Original original) {

    /// What one recipient got.
    record Result(Response response, Verdict verdict) {

        boolean isMailboxTrouble() {
            return switch (verdict.scope()) {
                case CONNECTIONS, ROAD, MAILBOX -> true;
                case RECIPIENT, MESSAGE, AUTHOR -> false;
            };
        }

        boolean isFromUpstream() {
            return response.origin() == Origin.UPSTREAM;
        }
    }

    static Attempt judged(
            Map<Recipient, Response> responses, Original original, Function<Response, Verdict> judgement) {
        Map<Recipient, Result> results = new LinkedHashMap<>();
        responses.forEach(
                (recipient, response) -> results.put(recipient, new Result(response, judgement.apply(response))));
        return new Attempt(results, original);
    }

    /// @return trouble that is the mailbox's own, if there is any
    Optional<Result> mailboxTrouble() {
        return results.values().stream().filter(Result::isMailboxTrouble).findFirst();
    }

    /// @return whether the message, and not only the mailbox, had its chance
    boolean counts() {
        return results.values().stream().anyMatch(result -> !result.isMailboxTrouble());
    }

    /// @return whether the upstream had let the relay in, so that it came to MAIL
    boolean beganSession() {
        return results.values().stream()
                .anyMatch(result -> result.response().step().compareTo(Step.MAIL) >= 0);
    }

    /// @return whether the upstream has answered to the message
    boolean wasHeard() {
        return beganSession() && results.values().stream().anyMatch(Result::isFromUpstream);
    }

    /// @return whether the upstream has dealt with the message: taken it, or refused it for good
    boolean wasServed() {
        return results.values().stream()
                .anyMatch(
                        result -> result.isFromUpstream() && !(result.verdict().outcome() instanceof Deferred));
    }

    /// @return whether it ended in the relay itself, so that nothing was learned about the upstream
    boolean endedHere() {
        return results.values().stream().allMatch(result -> result.response().origin() == Origin.RELAY);
    }
}
