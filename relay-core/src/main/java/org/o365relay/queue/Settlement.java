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
/// @param remarks for the history, of recipients of whom there is something to remark
public record Settlement(
        Map<Recipient, Outcome> outcomes,
        @Nullable Instant nextAttempt,
        boolean counts,
        String upstream,
        String account,
        Map<Recipient, Remark> remarks) {

    /// What the history remembers besides the reply.
    ///
    /// @param reason what the reply means, as in the catalogue of replies; empty if nothing is to be said
    /// @param uncertain whether the upstream may have taken the message all the same
    public record Remark(String reason, boolean uncertain) {

        static final Remark NONE = new Remark("", false);
    }

    /// Without remarks.
    public Settlement(
            Map<Recipient, Outcome> outcomes,
            @Nullable Instant nextAttempt,
            boolean counts,
            String upstream,
            String account) {
        this(outcomes, nextAttempt, counts, upstream, account, Map.of());
    }

    public Settlement {
        remarks = Map.copyOf(remarks);
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

    Remark remark(Recipient recipient) {
        return remarks.getOrDefault(recipient, Remark.NONE);
    }

    /// @return why the message waits; null if nothing is known, for as before
    @Nullable
    String reason() {
        return outcomes.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Deferred)
                .map(entry -> remark(entry.getKey()).reason())
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse(null);
    }

    /// @return how many recipients were handed over
    int delivered() {
        return (int)
                outcomes.values().stream().filter(Delivered.class::isInstance).count();
    }
}
