package org.o365relay.bench.load;

import java.time.Duration;

/// When a load ends: after a number of attempted messages or after a time, whichever comes first.
public record LoadLimit(long messages, Duration time) {

    private static final Duration LONG = Duration.ofHours(6);

    public static LoadLimit ofMessages(long messages) {
        return new LoadLimit(messages, LONG);
    }

    public static LoadLimit ofTime(Duration time) {
        return new LoadLimit(Long.MAX_VALUE, time);
    }
}
