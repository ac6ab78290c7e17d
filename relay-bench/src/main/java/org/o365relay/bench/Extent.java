package org.o365relay.bench;

import java.time.Duration;

/// When a load ends: after so many messages were tried or after so much time, whichever comes first.
record Extent(long messages, Duration time) {

    private static final Duration LONG = Duration.ofHours(6);

    static Extent ofMessages(long messages) {
        return new Extent(messages, LONG);
    }

    static Extent ofTime(Duration time) {
        return new Extent(Long.MAX_VALUE, time);
    }
}
