package org.o365relay.journal;

import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.EmailAddress;
import org.slf4j.spi.LoggingEventBuilder;

/// A log line under construction.
record JournalLine(LoggingEventBuilder builder) {

    private static final int MAX_LISTED_RECIPIENTS = 10;

    /// @param value null to omit the key
    JournalLine with(String key, @Nullable Object value) {
        return value == null ? this : new JournalLine(builder.addKeyValue(key, value));
    }

    /// Adds the reply, unless the reason is the relay's own limit. If there is a reason, also adds the step and
    /// the reason. The caller adds the advice, which belongs at the end of the line.
    JournalLine with(JudgedReply judged) {
        JournalLine line = with("reply", judged.isOwnLimit() ? null : judged.reply());
        return judged.reason().isEmpty()
                ? line
                : line.with("step", judged.step()).with("reason", judged.reason());
    }

    void log(String event) {
        builder.log(event);
    }

    static String path(@Nullable EmailAddress address) {
        return address == null ? "<>" : "<" + address + ">";
    }

    static @Nullable String pathOrNull(@Nullable EmailAddress address) {
        return address == null ? null : path(address);
    }

    static String paths(List<EmailAddress> addresses) {
        return paths(addresses, addresses.size());
    }

    /// @param total number of addresses, including those that are not in the list
    static String paths(List<EmailAddress> addresses, int total) {
        StringJoiner listed = new StringJoiner(",");
        for (EmailAddress address : addresses.subList(0, Math.min(addresses.size(), MAX_LISTED_RECIPIENTS))) {
            listed.add(path(address));
        }
        int others = total - MAX_LISTED_RECIPIENTS;
        return others > 0 ? listed + ",+" + others : listed.toString();
    }
}
