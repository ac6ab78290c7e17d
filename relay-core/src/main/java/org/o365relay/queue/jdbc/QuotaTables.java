package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.mail.UsageSlot;

/// Reads and writes how many recipients each account has sent to, and the alerts that are sent once. Each
/// method runs in the caller's transaction.
public final class QuotaTables {

    private static final Duration ALERT_RETENTION = Duration.ofDays(366);

    private QuotaTables() {}

    static void addUsage(Statements statements, String account, int recipients, Instant now) throws SQLException {
        long slot = UsageSlot.SLOT.toMillis();
        long since = Math.floorDiv(now.toEpochMilli(), slot) * slot;
        statements.with("add-quota-usage", account, since, recipients).executeUpdate();
    }

    public static List<UsageSlot> usageSince(Statements statements, String account, Instant since) throws SQLException {
        try (ResultSet row = statements
                .with("quota-usage", account, since.minus(UsageSlot.SLOT).toEpochMilli())
                .executeQuery()) {
            List<UsageSlot> slots = new ArrayList<>();
            while (row.next()) {
                slots.add(new UsageSlot(Instant.ofEpochMilli(row.getLong(1)), row.getInt(2)));
            }
            return slots;
        }
    }

    static Optional<Instant> alertSentAt(Statements statements, String name) throws SQLException {
        try (ResultSet row = statements.with("alert-sent-at", name).executeQuery()) {
            return row.next() ? Optional.of(Instant.ofEpochMilli(row.getLong(1))) : Optional.empty();
        }
    }

    static boolean recordSentAlert(Statements statements, String name, Instant at) throws SQLException {
        statements.with("record-sent-alert", name, at.toEpochMilli()).executeUpdate();
        return true;
    }

    /// Deletes slots that no longer count, slots far in the future (written before the clock was set back), and
    /// records of alerts sent more than a year ago.
    static boolean deleteOld(Statements statements, Instant now) throws SQLException {
        statements
                .with(
                        "delete-old-quota-usage",
                        now.minus(UsageSlot.RETENTION).toEpochMilli(),
                        now.plus(UsageSlot.RETENTION).toEpochMilli())
                .executeUpdate();
        statements
                .with("delete-old-sent-alerts", now.minus(ALERT_RETENTION).toEpochMilli())
                .executeUpdate();
        return true;
    }
}
