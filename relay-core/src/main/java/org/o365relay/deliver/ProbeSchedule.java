package org.o365relay.deliver;

import java.time.Duration;

/// When a paused mailbox is tried again: after `first`, then after twice as long each time, at most `longest`.
public record ProbeSchedule(Duration first, Duration longest) {

    /// @param probes how many probes have failed so far, 0 for none
    public Duration delay(int probes) {
        Duration delay = first.multipliedBy(1L << Math.min(probes, 20));
        return delay.compareTo(longest) < 0 ? delay : longest;
    }
}
