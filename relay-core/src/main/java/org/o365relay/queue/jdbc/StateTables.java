package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.o365relay.queue.PausedMailbox;

/// Reads and writes paused mailboxes and the progress of tasks. Each method is part of the caller's
/// transaction.
final class StateTables {

    private StateTables() {}

    static void saveProgress(Statements statements, String name, String value) throws SQLException {
        statements.with("save-progress", name, value).executeUpdate();
    }

    static Optional<String> progress(Statements statements, String name) throws SQLException {
        try (ResultSet row = statements.with("progress", name).executeQuery()) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }

    /// @return whether it was not paused before
    static boolean pause(Statements statements, PausedMailbox paused) throws SQLException {
        return statements
                        .with(
                                "pause-mailbox",
                                lowerCase(paused.mailbox()),
                                paused.at().toEpochMilli(),
                                paused.by())
                        .executeUpdate()
                > 0;
    }

    /// @return whether it was paused
    static boolean resume(Statements statements, String mailbox) throws SQLException {
        return statements.with("resume-mailbox", lowerCase(mailbox)).executeUpdate() > 0;
    }

    static List<PausedMailbox> paused(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("paused-mailboxes").executeQuery()) {
            List<PausedMailbox> paused = new ArrayList<>();
            while (row.next()) {
                paused.add(new PausedMailbox(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getString(3)));
            }
            return paused;
        }
    }

    private static String lowerCase(String mailbox) {
        return mailbox.toLowerCase(Locale.ROOT);
    }
}
