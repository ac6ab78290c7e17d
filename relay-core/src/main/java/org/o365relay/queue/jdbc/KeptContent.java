package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.o365relay.queue.QueueSettings.KeepContent;

/// Keeps and deletes the content of settled messages. Each method runs in the caller's transaction.
final class KeptContent {

    private static final int BATCH = 500;

    /// Content, in octets, after which a batch of deletions ends, because freeing pages takes time.
    private static final long OCTETS = 16L * 1024 * 1024;

    private KeptContent() {}

    private record Kept(long id, long content, long size, Instant until) {

        static Kept of(ResultSet row) throws SQLException {
            return new Kept(
                    row.getLong("id"),
                    row.getLong("content"),
                    row.getLong("size"),
                    Instant.ofEpochMilli(row.getLong("content_until")));
        }
    }

    /// Keeps or deletes the content of a message that has just been settled. Shared content is not deleted
    /// while another message needs it.
    ///
    /// @param content ID under which the content is stored
    /// @param now time on the steady clock
    static void settled(Statements statements, long id, long content, KeepContent rules, Instant now)
            throws SQLException {
        boolean failed = statements.number("has-failed", id) != 0;
        Duration duration = failed ? rules.failed() : rules.delivered();
        if (duration.isPositive()) {
            statements.update("keep-content", now.plus(duration).toEpochMilli(), id);
        } else {
            delete(statements, content);
        }
    }

    /// Deletes content unless a message needs it.
    ///
    /// @param content ID under which the content is stored
    static void delete(Statements statements, long content) throws SQLException {
        statements.update("delete-content", content, content, content);
    }

    /// @return total size of the kept content in octets
    static long size(Statements statements) throws SQLException {
        return statements.number("kept-size");
    }

    /// @param limit octets that may be kept; 0 or more
    /// @param now time on the steady clock
    /// @return whether [#deleteBatch] would delete content
    static boolean isDue(Statements statements, long limit, Instant now) throws SQLException {
        return size(statements) > limit
                || statements
                        .first("kept-content", Kept::of, 1)
                        .filter(kept -> !kept.until().isAfter(now))
                        .isPresent();
    }

    /// Deletes a batch of the kept content whose time has ended or that exceeds the limit, starting with the
    /// content whose time ends first.
    ///
    /// @param limit octets that may be kept; 0 or more
    /// @param now time on the steady clock
    /// @return the number of messages whose content is no longer kept
    static int deleteBatch(Statements statements, long limit, Instant now) throws SQLException {
        long excess = size(statements) - limit;
        long octets = 0;
        int deleted = 0;
        List<Kept> oldest = statements.list("kept-content", Kept::of, BATCH);
        for (Kept kept : oldest) {
            if ((kept.until().isAfter(now) && octets >= excess) || octets >= OCTETS) {
                break;
            }
            statements.update("keep-content", null, kept.id());
            delete(statements, kept.content());
            octets += kept.size();
            deleted++;
        }
        return deleted;
    }
}
