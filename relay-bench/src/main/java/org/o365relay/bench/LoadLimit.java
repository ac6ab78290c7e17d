package org.o365relay.bench;

import java.time.Duration;

/// When a load ends: after a number of attempted messages or after a time, whichever comes first.
record LoadLimit(long messages, Duration time) {

    private static final Duration LONG = Duration.ofHours(6);

    static LoadLimit ofMessages(long messages) {
        return new LoadLimit(messages, LONG);
    }

    static LoadLimit ofTime(Duration time) {
        return new LoadLimit(Long.MAX_VALUE, time);
    }
}
