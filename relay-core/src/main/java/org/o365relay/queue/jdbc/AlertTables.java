package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.StoredAlert;

/// Reads and writes the table of active alerts, and counts waiting messages. Each method runs in the caller's
/// transaction.
final class AlertTables {

    /// `due_at` of messages on hold.
    private static final long NEVER = ClaimTables.END_OF_TIME.toEpochMilli();

    private AlertTables() {}

    static boolean write(Statements statements, StoredAlert alert) throws SQLException {
        statements
                .with(
                        "write-active-alert",
                        alert.name(),
                        alert.since().toEpochMilli(),
                        alert.subject(),
                        alert.text(),
                        alert.advice(),
                        alert.emailed() ? 1 : 0)
                .executeUpdate();
        return true;
    }

    static boolean delete(Statements statements, String name) throws SQLException {
        statements.with("delete-active-alert", name).executeUpdate();
        return true;
    }

    static List<StoredAlert> active(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("active-alerts").executeQuery()) {
            List<StoredAlert> alerts = new ArrayList<>();
            while (row.next()) {
                alerts.add(new StoredAlert(
                        row.getString("name"),
                        Instant.ofEpochMilli(row.getLong("since")),
                        row.getString("subject"),
                        row.getString("text"),
                        row.getString("advice"),
                        row.getInt("emailed") != 0));
            }
            alerts.sort(Comparator.comparing(StoredAlert::since));
            return alerts;
        }
    }

    static int countWaiting(Statements statements, int max) throws SQLException {
        try (ResultSet row = statements.with("count-waiting", NEVER, max).executeQuery()) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    static Optional<Instant> oldestWaiting(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("oldest-waiting", NEVER).executeQuery()) {
            return row.next() ? Optional.of(Instant.ofEpochMilli(row.getLong(1))) : Optional.empty();
        }
    }
}
