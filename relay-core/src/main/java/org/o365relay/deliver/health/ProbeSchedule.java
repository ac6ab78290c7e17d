package org.o365relay.deliver.health;

import java.time.Duration;

/// When a blocked mailbox or a suspended upstream is probed.
///
/// @param first delay before the first probe; the delay doubles with every failed probe, up to `max`
/// @param max maximum delay
public record ProbeSchedule(Duration first, Duration max) {

    private static final int FAST_PROBES = 5;
    private static final Duration MAX_WITH_MAIL = Duration.ofMinutes(15);

    /// A schedule with the same delay each time.
    public static ProbeSchedule every(Duration delay) {
        return new ProbeSchedule(delay, delay);
    }

    /// @param probes number of failed probes so far
    public Duration delay(int probes) {
        Duration delay = first.multipliedBy(1L << Math.min(probes, 20));
        return delay.compareTo(max) < 0 ? delay : max;
    }

    /// The delay of probes that send a message. From the fifth failed probe on, the delay doubles up to 15
    /// minutes even if `max` is shorter, because Microsoft refuses all mail for hours after many identical
    /// errors.
    Duration messageDelay(int probes) {
        Duration usual = delay(probes);
        if (probes < FAST_PROBES || usual.compareTo(MAX_WITH_MAIL) >= 0) {
            return usual;
        }
        return new ProbeSchedule(usual, MAX_WITH_MAIL).delay(probes - FAST_PROBES + 1);
    }
}
