package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Breakers.Backoff;
import org.o365relay.deliver.health.Breakers.Phase;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EnhancedStatus;

/// Delays mail from one author or to one recipient after repeated refusals for the same reason: Microsoft
/// reacts to many identical errors by refusing all mail for hours.
final class Breaker {

    private static final int REFUSALS = 3;
    private static final Duration REFUSAL_WINDOW = Duration.ofHours(1);
    private static final Duration TRIAL = Duration.ofMinutes(1);
    private static final ProbeSchedule PERIODS = new ProbeSchedule(Duration.ofMinutes(15), Duration.ofHours(4));

    private String reason = "";
    private int refusals;
    private Instant last = Instant.EPOCH;
    private int periods;
    private @Nullable Backoff backoff;

    /// Decides whether a message may be sent. After the backoff, one message per minute may be sent as a trial.
    ///
    /// @return the backoff; empty if the message may be sent
    Optional<Backoff> check(Instant now) {
        Backoff current = backoff;
        if (current == null || !isOver(current, now)) {
            return Optional.ofNullable(current);
        }
        backoff = new Backoff(current.refusal(), now, now.plus(TRIAL), Phase.TRIAL);
        return Optional.empty();
    }

    /// @return the backoff, if it is not over
    Optional<Backoff> active(Instant now) {
        return Optional.ofNullable(backoff).filter(current -> !isOver(current, now));
    }

    /// Ends the backoff, so that the next message is a trial.
    void endBackoff(Instant now) {
        if (backoff != null) {
            backoff = new Backoff(backoff.refusal(), backoff.since(), now, Phase.EXTENDED);
        }
    }

    /// @return the backoff that this refusal starts or extends; empty if it does neither
    Optional<Backoff> refused(Verdict refusal, Instant now) {
        count(reason(refusal), now);
        Backoff current = backoff;
        boolean startsBackoff = current == null ? refusals >= REFUSALS : current.isTrial() || isOver(current, now);
        if (!startsBackoff) {
            return Optional.empty();
        }
        Instant until = now.plus(PERIODS.delay(periods));
        backoff = new Backoff(refusal, now, until, periods == 0 ? Phase.FIRST : Phase.EXTENDED);
        periods++;
        return Optional.of(backoff);
    }

    private void count(String newReason, Instant now) {
        boolean isSame = newReason.equals(reason);
        if (!isSame) {
            backoff = null;
            periods = 0;
        }
        refusals = isSame && (backoff != null || last.plus(REFUSAL_WINDOW).isAfter(now)) ? refusals + 1 : 1;
        reason = newReason;
        last = now;
    }

    private static boolean isOver(Backoff current, Instant now) {
        return !current.until().isAfter(now);
    }

    private static String reason(Verdict refusal) {
        EnhancedStatus status = refusal.response().reply().status();
        return refusal.name().isEmpty() ? refusal.response().reply().code() + " " + status : refusal.name();
    }
}
