package org.o365relay.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A probe that an operator has asked for, ahead of its schedule.
///
/// @param upstream name of the upstream that the failure was seen on
/// @param target what is blocked or suspended
/// @param reason why, in plain words
/// @param by how the probe is made
/// @param waitsUntil null unless no probe is made, because the relay's own quota is used up: when it has room
///     again
public record ProbeNow(
        String upstream,
        Target target,
        String reason,
        Means by,
        @Nullable Instant waitsUntil) {

    /// What the probe is about.
    public enum Target {
        /// The mailbox is blocked, whichever upstream is used.
        MAILBOX,
        /// One upstream is suspended.
        UPSTREAM
    }

    /// How a probe is made.
    public enum Means {
        /// By signing in, without mail.
        SIGN_IN,
        /// By the next queued message.
        MESSAGE,
        /// By checking the relay's own quota (`limits.recipients-per-day`).
        QUOTA
    }

    static ProbeNow of(String upstream, Target target, Suspension suspension) {
        Means means = switch (suspension.endedBy()) {
            case CHECK -> Means.SIGN_IN;
            case MESSAGE -> Means.MESSAGE;
            case TIME -> Means.QUOTA;
        };
        return new ProbeNow(upstream, target, suspension.cause().explanation(), means, null);
    }

    ProbeNow waitingUntil(Instant time) {
        return new ProbeNow(upstream, target, reason, by, time);
    }
}
