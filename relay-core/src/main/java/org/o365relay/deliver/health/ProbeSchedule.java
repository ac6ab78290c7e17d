package org.o365relay.deliver.health;

import java.time.Duration;

/// When a blocked mailbox is probed: after `first`, then after twice the delay each time, at most `max`.
public record ProbeSchedule(Duration first, Duration max) {

    private static final int FAST_PROBES = 5;
    private static final Duration MAX_WITH_MAIL = Duration.ofMinutes(15);

    /// A schedule with the same delay each time.
    public static ProbeSchedule every(Duration delay) {
        return new ProbeSchedule(delay, delay);
    }

    /// @param probes failed probes so far
    public Duration delay(int probes) {
        Duration delay = first.multipliedBy(1L << Math.min(probes, 20));
        return delay.compareTo(max) < 0 ? delay : max;
    }

    /// The delay of probes that send a message: Microsoft refuses everything for a day after many identical
    /// errors. From the fifth failed probe on the delay doubles, up to 15 minutes, unless it is longer anyway.
    Duration messageDelay(int probes) {
        Duration usual = delay(probes);
        if (probes < FAST_PROBES || usual.compareTo(MAX_WITH_MAIL) >= 0) {
            return usual;
        }
        return new ProbeSchedule(usual, MAX_WITH_MAIL).delay(probes - FAST_PROBES + 1);
    }
}
