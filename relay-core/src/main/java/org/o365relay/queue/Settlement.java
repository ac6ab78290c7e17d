package org.o365relay.queue;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Recipient;

/// What came of a claim.
///
/// @param outcomes for every open recipient of the claim
/// @param nextAttempt when to try the deferred recipients again; null if none is deferred, or, after an attempt
///     that does not count, for as it was: the message keeps its place
/// @param counts whether the attempt counts; false when the trouble was the mailbox's and not the message's
/// @param upstream where it was tried, for the history
/// @param account who was signed in: those delivered to count against its limits
public record Settlement(
        Map<Recipient, Outcome> outcomes,
        @Nullable Instant nextAttempt,
        boolean counts,
        String upstream,
        String account) {

    public Settlement {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes)); // keeps the order of the envelope
        boolean deferred = outcomes.values().stream().anyMatch(Deferred.class::isInstance);
        if (deferred ? counts && nextAttempt == null : nextAttempt != null) {
            throw new IllegalArgumentException("a next attempt belongs to deferred recipients, and to them alone");
        }
    }

    /// @return whether a recipient is to be tried again
    boolean leavesOpen() {
        return outcomes.values().stream().anyMatch(Deferred.class::isInstance);
    }

    /// @return how many recipients were handed over
    int delivered() {
        return (int)
                outcomes.values().stream().filter(Delivered.class::isInstance).count();
    }
}
