package org.o365relay.bench.load;

import java.time.Duration;

/// When a load ends: after a number of attempted messages, after a given time, or when the server stops replying,
/// whichever comes first.
///
/// @param stallTimeout time without activity on any connection of a load thread after which this thread ends,
///     and its messages in transit count as dropped
public record LoadLimit(long messages, Duration time, Duration stallTimeout) {

    private static final Duration MAX_TIME = Duration.ofHours(6);
    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(2);

    public static LoadLimit ofMessages(long messages) {
        return new LoadLimit(messages, MAX_TIME, STALL_TIMEOUT);
    }

    public static LoadLimit ofTime(Duration time) {
        return new LoadLimit(Long.MAX_VALUE, time, STALL_TIMEOUT);
    }

    LoadLimit withStallTimeout(Duration timeout) {
        return new LoadLimit(messages, time, timeout);
    }
}
