package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.mail.EnhancedStatus;

/// Notices when one author or recipient is refused again and again for the same reason, and holds its
/// mail for a while: Microsoft answers a stream of identical errors by refusing everything for hours.
final class Breaker {

    private static final int REFUSALS = 3;
    private static final Duration WITHIN = Duration.ofHours(1);
    private static final Duration TRIAL = Duration.ofMinutes(1);
    private static final ProbeSchedule PERIODS = new ProbeSchedule(Duration.ofMinutes(15), Duration.ofHours(4));

    private String reason = "";
    private int refusals;
    private Instant last = Instant.EPOCH;
    private int periods;
    private boolean onTrial;
    private @Nullable Backoff backoff;

    /// Nothing goes upstream.
    ///
    /// @param refusal as the last one was
    /// @param isFirst whether it begins, and does not only go on
    record Backoff(Result refusal, Instant until, boolean isFirst) {}

    /// Asked before a message goes; when the time is over it lets one through, and after a minute another.
    ///
    /// @return why it must not go; empty if it may
    Optional<Backoff> check(Instant now) {
        Backoff held = backoff;
        if (held == null || !isOver(held, now)) {
            return Optional.ofNullable(held);
        }
        onTrial = true;
        backoff = new Backoff(held.refusal(), now.plus(TRIAL), false);
        return Optional.empty();
    }

    /// @return a holding, if it begins or goes on with this
    Optional<Backoff> refused(Result refusal, Instant now) {
        count(reason(refusal), now);
        Backoff held = backoff;
        boolean isTooMuch = held == null ? refusals >= REFUSALS : onTrial || isOver(held, now);
        if (!isTooMuch) {
            return Optional.empty();
        }
        onTrial = false;
        Instant until = now.plus(PERIODS.delay(periods));
        backoff = new Backoff(refusal, until, periods == 0);
        periods++;
        return Optional.of(backoff);
    }

    private void count(String why, Instant now) {
        boolean isSame = why.equals(reason);
        if (!isSame) {
            backoff = null;
            periods = 0;
        }
        refusals = isSame && (backoff != null || last.plus(WITHIN).isAfter(now)) ? refusals + 1 : 1;
        reason = why;
        last = now;
    }

    /// Never longer than the longest, even if the clock has been set back meanwhile.
    private static boolean isOver(Backoff held, Instant now) {
        return !held.until().isAfter(now) || Duration.between(now, held.until()).compareTo(PERIODS.max()) > 0;
    }

    private static String reason(Result refusal) {
        EnhancedStatus status = refusal.response().reply().status();
        return refusal.verdict().name().isEmpty()
                ? refusal.response().reply().code() + " " + status
                : refusal.verdict().name();
    }
}
