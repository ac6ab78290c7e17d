package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.HealthState.Blocked;

/// A probe that an operator has requested, ahead of its schedule.
///
/// @param upstream name of the upstream where the failure was seen
/// @param target what is blocked or suspended
/// @param cause cause of the block or suspension, in plain words
/// @param method how the probe is made
/// @param waitsUntil with [Method#QUOTA], the time at which the quota has room again and the block ends; null
///     if the quota has room now, and with the other methods
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
        /// One upstream is suspended or retried, or asked the relay to wait.
        UPSTREAM
    }

    /// How a probe is made.
    public enum Method {
        /// By signing in, without sending mail.
        SIGN_IN,
        /// By the next queued message.
        MESSAGE,
        /// By checking the relay's own quota (`limits.recipients-per-day`).
        QUOTA
    }

    /// Lists the probes that become due when an operator requests a retry of the mailbox or resumes it. While the
    /// mailbox itself is blocked, its suspended upstreams are not probed.
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has room now
    static List<RequestedProbe> of(MailboxHealth health, @Nullable Instant quotaFullUntil) {
        List<RequestedProbe> probes = new ArrayList<>();
        Blocked block = health.block();
        if (block != null) {
            String seenAt = health.upstreams().get(block.upstream()).name();
            probes.add(of(seenAt, Target.MAILBOX, block.suspension(), quotaFullUntil));
            if (!block.endsAtOnce(quotaFullUntil == null)) {
                return probes;
            }
        }
        health.suspended()
                .forEach(upstream -> upstream.state()
                        .failure()
                        .map(suspension -> of(upstream.name(), Target.UPSTREAM, suspension, null))
                        .ifPresent(probes::add));
        return probes;
    }

    /// The probe of an upstream that is not suspended, but had asked the relay to wait (Retry-After).
    static RequestedProbe afterWait(String upstream) {
        return new RequestedProbe(
                upstream, Target.UPSTREAM, "the upstream asked the relay to wait (Retry-After).", Method.MESSAGE, null);
    }

    private static RequestedProbe of(
            String upstream, Target target, Suspension suspension, @Nullable Instant quotaFullUntil) {
        String cause = suspension.cause().explanation();
        return switch (suspension.endedBy()) {
            case CHECK -> new RequestedProbe(upstream, target, cause, Method.SIGN_IN, null);
            case MESSAGE -> new RequestedProbe(upstream, target, cause, Method.MESSAGE, null);
            case TIME -> new RequestedProbe(upstream, target, cause, Method.QUOTA, quotaFullUntil);
        };
    }
}
