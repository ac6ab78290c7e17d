package org.o365relay.queue.jdbc.sqlite;

import java.sql.SQLException;
import java.util.Map;
import org.o365relay.queue.jdbc.Dialect.Usage;
import org.o365relay.queue.jdbc.Statements;

/// Counts the pages of a database after each commit, with statements that are prepared only once.
final class PageCounts {

    /// Texts of the statements, by name.
    static final Map<String, String> STATEMENTS = Map.of(
            "page-size", "PRAGMA page_size", "free-pages", "PRAGMA freelist_count", "pages", "PRAGMA page_count");

    private PageCounts() {}

    static Usage usage(Statements statements) throws SQLException {
        long size = statements.number("page-size");
        long free = statements.number("free-pages");
        return new Usage((statements.number("pages") - free) * size, free * size);
    }
}
