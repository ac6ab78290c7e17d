package org.o365relay.journal;

import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.JudgedReply;
import org.slf4j.spi.LoggingEventBuilder;

/// A log line under construction.
record LogLine(LoggingEventBuilder builder) {

    /// @param value null to omit the key
    LogLine with(String key, @Nullable Object value) {
        return value == null ? this : new LogLine(builder.addKeyValue(key, value));
    }

    /// Adds the reply and, if it is a failure, its step and reason. The advice follows at the end of the
    /// line.
    LogLine with(JudgedReply judged) {
        LogLine line = with("reply", judged.isOwnLimit() ? null : judged.reply());
        return judged.reason().isEmpty()
                ? line
                : line.with("step", judged.step()).with("reason", judged.reason());
    }

    void log(String event) {
        builder.log(event);
    }
}
