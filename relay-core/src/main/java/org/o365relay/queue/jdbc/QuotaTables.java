package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.o365relay.mail.UsageSlot;

/// Reads and writes the number of recipients delivered through each account. Each method runs in the caller's
/// transaction.
public final class QuotaTables {

    private QuotaTables() {}

    static void addUsage(Statements statements, String account, int recipients, Instant now) throws SQLException {
        long slot = UsageSlot.SLOT.toMillis();
        long since = Math.floorDiv(now.toEpochMilli(), slot) * slot;
        statements.update("add-quota-usage", account, since, recipients);
    }

    public static List<UsageSlot> usageSince(Statements statements, String account, Instant since) throws SQLException {
        return statements.list(
                "quota-usage",
                row -> new UsageSlot(Instant.ofEpochMilli(row.getLong(1)), row.getInt(2)),
                account,
                since.minus(UsageSlot.SLOT).toEpochMilli());
    }

    /// Deletes usage slots that are expired, or that are in the future by more than the retention time
    /// because the stored reading of the clock was lost, or because an older relay wrote them while the
    /// system clock was ahead.
    ///
    /// @return the number of slots deleted
    static int deleteOld(Statements statements, Instant now) throws SQLException {
        return statements.update(
                "delete-old-quota-usage",
                now.minus(UsageSlot.RETENTION).toEpochMilli(),
                now.plus(UsageSlot.RETENTION).toEpochMilli());
    }
}
