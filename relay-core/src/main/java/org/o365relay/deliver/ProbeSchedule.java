package org.o365relay.deliver;

import java.time.Duration;

/// When a paused mailbox is tried again: after `first`, then after twice as long each time, at most `longest`.
public record ProbeSchedule(Duration first, Duration max) {

    private static final int UNSLOWED_PROBES = 5;
    private static final Duration MAX_WITH_MAIL = Duration.ofMinutes(15);

    /// @param probes how many probes have failed so far, 0 for none
    public Duration delay(int probes) {
        Duration delay = first.multipliedBy(1L << Math.min(probes, 20));
        return delay.compareTo(max) < 0 ? delay : max;
    }

    /// For probes that send a message: Microsoft takes nothing for a day from who makes the same error again and
    /// again. From the fifth failed probe on the delay doubles, up to 15 minutes, unless it is longer anyway.
    Duration messageDelay(int probes) {
        Duration usual = delay(probes);
        if (probes < UNSLOWED_PROBES || usual.compareTo(MAX_WITH_MAIL) >= 0) {
            return usual;
        }
        return new ProbeSchedule(usual, MAX_WITH_MAIL).delay(probes - UNSLOWED_PROBES + 1);
    }
}
