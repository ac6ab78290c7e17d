package org.o365relay.queue;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// An inconsistency that can be cleared up without anybody's help, in the order in which that is done. Statements:
/// `find-…` and `fix-…` of `inspection.sql`.
enum AutoFix {
    SETTLED_AND_OPEN("messages are settled and still due"),
    OPEN_BUT_SETTLED("messages are settled though a recipient is open"),
    NEVER_DUE("messages are neither due nor settled"),
    LEASED_THOUGH_SETTLED("settled messages are still leased to a delivery"),
    HELD_BUT_DUE("messages are on hold and due all the same"),
    DUE_IN_THE_FAR_FUTURE("messages are due so late that the clock must have been wrong"),
    UNKNOWN_PRIORITY("messages have a priority that nobody asks for"),
    COMPLETE_THOUGH_INCOMING("messages are complete and marked as half received"),
    CONTENT_OF_SETTLED("pieces of content are of messages that are settled"),
    RECIPIENTS_WITHOUT_MESSAGE("recipients belong to no message"),
    EVENTS_WITHOUT_MESSAGE("events belong to no message");

    private final String words;

    AutoFix(String words) {
        this.words = words;
    }

    /// @return in plain words
    String text(long count) {
        return count + " " + words;
    }

    /// @return how many there are
    long count(Statements statements, Instant now, Duration longestWait) throws SQLException {
        try (var row =
                statement(statements, "find-", now, now.plus(longestWait)).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /// @return how many there were
    int fix(Statements statements, Instant now, Duration longestWait) throws SQLException {
        return statement(statements, "fix-", now, now.plus(longestWait)).executeUpdate();
    }

    private PreparedStatement statement(Statements statements, String what, Instant now, Instant latest)
            throws SQLException {
        PreparedStatement statement =
                statements.with(what + name().toLowerCase(Locale.ROOT).replace('_', '-'));
        long[] values = {now.toEpochMilli(), latest.toEpochMilli(), ClaimTables.END_OF_TIME.toEpochMilli()};
        int wanted = statement.getParameterMetaData().getParameterCount();
        for (int i = 0; i < wanted; i++) {
            statement.setLong(i + 1, values[i]);
        }
        return statement;
    }
}
