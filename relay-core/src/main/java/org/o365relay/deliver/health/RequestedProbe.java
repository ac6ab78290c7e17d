package org.o365relay.deliver.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A probe that an operator has asked for, ahead of its schedule.
///
/// @param upstream name of the upstream where the failure was seen
/// @param target what is blocked or suspended
/// @param cause cause of the block or suspension, in plain words
/// @param method how the probe is made
/// @param waitsUntil when the relay's own quota has room again, until which no probe is made; null if the quota
///     is not used up
public record RequestedProbe(
        String upstream,
        Target target,
        String cause,
        Method method,
        @Nullable Instant waitsUntil) {

    /// What is probed.
    public enum Target {
        /// The mailbox is blocked, whichever upstream is used.
        MAILBOX,
        /// One upstream is suspended.
        UPSTREAM
    }

    /// How a probe is made.
    public enum Method {
        /// By signing in, without mail.
        SIGN_IN,
        /// By the next queued message.
        MESSAGE,
        /// By checking the relay's own quota (`limits.recipients-per-day`).
        QUOTA
    }

    static RequestedProbe of(String upstream, Target target, Suspension suspension) {
        Method method = switch (suspension.endedBy()) {
            case CHECK -> Method.SIGN_IN;
            case MESSAGE -> Method.MESSAGE;
            case TIME -> Method.QUOTA;
        };
        return new RequestedProbe(upstream, target, suspension.cause().explanation(), method, null);
    }

    RequestedProbe waitingUntil(Instant time) {
        return new RequestedProbe(upstream, target, cause, method, time);
    }
}
