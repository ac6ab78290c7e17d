package org.o365relay.journal;

import java.util.Locale;
import org.slf4j.event.Level;

/// The events of the log: the first word of a line, and the level it is logged at.
public enum LogEvent {
    ACCEPTED(Level.INFO),
    DELIVERED(Level.INFO),
    DEFERRED(Level.WARN),
    FAILED(Level.WARN),
    REJECTED(Level.WARN),
    LIMIT_EXCEEDED(Level.WARN),
    DELAYED(Level.INFO),
    NDR(Level.WARN),
    BLOCKED(Level.WARN),
    UNBLOCKED(Level.INFO),
    PAUSED(Level.WARN),
    RESUMED(Level.INFO),
    RETRIED(Level.INFO),
    FAILOVER(Level.WARN),
    FAILBACK(Level.INFO),
    UNREACHABLE(Level.WARN),
    REACHABLE(Level.INFO),
    THROTTLED(Level.WARN),
    BACKOFF(Level.WARN),
    EXPIRING(Level.WARN),
    QUEUE_CHANGED(Level.WARN);

    private final Level level;

    LogEvent(Level level) {
        this.level = level;
    }

    /// @return the name in the log: `limit-exceeded`
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Level level() {
        return level;
    }
}
