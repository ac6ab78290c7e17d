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

/// Result of a delivery attempt or of an operator's bounce.
///
/// @param outcomes the outcome for every open recipient of the claim
/// @param nextAttempt time of the next attempt for deferred recipients, on the steady clock; null if no
///     recipient is deferred; may also be null if the attempt does not count, and the message then keeps its
///     due time
/// @param counts whether the attempt counts as an attempt of the message; false if no recipient was tried,
///     or if each one that was tried failed because of the mailbox, its upstream or its daily quota
/// @param upstream name of the upstream used for the attempt, for the history; empty for a bounce
/// @param account name of the account used for the attempt; delivered recipients count against the limits of
///     this account; empty for a bounce
/// @param remarks remarks for the history, by recipient; a recipient may have none
public record Settlement(
        Map<Recipient, Outcome> outcomes,
        @Nullable Instant nextAttempt,
        boolean counts,
        String upstream,
        String account,
        Map<Recipient, Remark> remarks) {

    /// Details that the history records about a recipient in addition to the reply.
    ///
    /// @param reason meaning of the reply, as in the reply catalogue; empty if the recipient was delivered or
    ///     the meaning is unknown
    /// @param uncertain whether the upstream may have accepted the message despite the failure
    public record Remark(String reason, boolean uncertain) {

        static final Remark NONE = new Remark("", false);
    }

    /// Creates a settlement without remarks.
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
            throw new IllegalArgumentException("nextAttempt is required if and only if a recipient is deferred");
        }
    }

    /// @return whether at least one recipient is deferred
    public boolean leavesOpen() {
        return outcomes.values().stream().anyMatch(Deferred.class::isInstance);
    }

    public Remark remark(Recipient recipient) {
        return remarks.getOrDefault(recipient, Remark.NONE);
    }

    /// @return the first known reason of a deferred recipient; null if there is none, in which case the
    ///     previous reason of the message is kept, or becomes `unknown` if it had none
    @Nullable
    public String reason() {
        return outcomes.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Deferred)
                .map(entry -> remark(entry.getKey()).reason())
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse(null);
    }

    /// @return the number of delivered recipients
    public int delivered() {
        return (int)
                outcomes.values().stream().filter(Delivered.class::isInstance).count();
    }
}
