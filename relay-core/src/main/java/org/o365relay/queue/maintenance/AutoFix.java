package org.o365relay.queue.maintenance;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import org.o365relay.queue.jdbc.ClaimTables;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.time.SteadyClock.Reading;

/// The inconsistencies that a repair fixes automatically, in the order in which they are fixed. The SQL
/// statements are named `find-…` and `fix-…` in `maintenance.sql`.
enum AutoFix {
    SETTLED_AND_OPEN("messages are settled but still due"),
    OPEN_BUT_SETTLED("messages are settled although a recipient is open"),
    NEVER_DUE("messages are neither due nor settled"),
    LEASED_THOUGH_SETTLED("settled messages are still leased to a delivery attempt"),
    HELD_BUT_DUE("messages are on hold but due"),
    DUE_IN_THE_FAR_FUTURE("messages are due so far in the future that the clock must have been wrong"),
    UNKNOWN_PRIORITY("messages have an unknown priority"),
    COMPLETE_THOUGH_INCOMING("messages are complete but marked as being received"),
    CONTENT_OF_SETTLED("content chunks belong to settled messages that do not keep their content"),
    RECIPIENTS_WITHOUT_MESSAGE("recipients belong to no message"),
    EVENTS_WITHOUT_MESSAGE("events belong to no message");

    private final String description;

    AutoFix(String description) {
        this.description = description;
    }

    /// @return a line for the report, which includes the count
    String text(long count) {
        return count + " " + description;
    }

    /// @return the number of affected rows
    long count(Statements statements, Reading now, Duration longestWait) throws SQLException {
        try (var row = statement(statements, "find-", now, longestWait).executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /// @return the number of fixed rows
    int fix(Statements statements, Reading now, Duration longestWait) throws SQLException {
        return statement(statements, "fix-", now, longestWait).executeUpdate();
    }

    private PreparedStatement statement(Statements statements, String prefix, Reading now, Duration longestWait)
            throws SQLException {
        PreparedStatement statement =
                statements.with(prefix + name().toLowerCase(Locale.ROOT).replace('_', '-'));
        long[] values = {
            now.calendar().toEpochMilli(),
            now.steady().plus(longestWait).toEpochMilli(),
            ClaimTables.NEVER,
            now.steady().toEpochMilli()
        };
        int wanted = statement.getParameterMetaData().getParameterCount();
        for (int i = 0; i < wanted; i++) {
            statement.setLong(i + 1, values[i]);
        }
        return statement;
    }
}
