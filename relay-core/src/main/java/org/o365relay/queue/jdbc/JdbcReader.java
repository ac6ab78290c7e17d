package org.o365relay.queue.jdbc;

import java.io.InputStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSummary;
import org.o365relay.time.SteadyClock;

/// Reads the queue for operators. Each result except content reflects a single state of the queue.
public final class JdbcReader implements QueueReader {

    private static final int RECIPIENTS_PER_ENTRY = 3;

    private final ReadAccess access;
    private final SteadyClock clock;

    /// @param clock the clock that the queue uses for due times; results give them on the system clock
    /// @param access must run all queries of one read in one transaction
    public JdbcReader(ReadAccess access, SteadyClock clock) {
        this.access = access;
        this.clock = clock;
    }

    @Override
    public QueueSummary summary() {
        return access.read(statements -> SummaryTables.summary(statements, clock.reading()));
    }

    @Override
    public Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int max) {
        if (max < 1) {
            throw new IllegalArgumentException("a page has at least one entry, not " + max);
        }
        return access.read(statements -> {
            FilterSql conditions = FilterSql.of(selection);
            if (from != null) {
                switch (order) {
                    case OLDEST_FIRST -> conditions.from(from.value());
                    case NEWEST_FIRST -> conditions.until(from.value());
                }
            }
            return page(statements, conditions, order, max, offset());
        });
    }

    /// Reads one row more than requested to find out whether there is another page.
    private static Page page(Statements statements, FilterSql conditions, Page.Order order, int max, Duration offset)
            throws SQLException {
        int wanted = Math.addExact(max, 1);
        List<MessageEntry> entries = statements.list(
                conditions.list("entries", order, wanted),
                row -> MessageEntryRow.of(row, firstRecipients(statements, row.getLong("id")), offset)
                        .entry());
        QueueId next = entries.size() > max ? entries.removeLast().id() : null;
        return new Page(entries, next);
    }

    private static List<String> firstRecipients(Statements statements, long id) throws SQLException {
        return statements.list("first-recipients", row -> row.getString(1), id, RECIPIENTS_PER_ENTRY);
    }

    @Override
    public long count(MessageFilter selection) {
        return access.read(statements -> number(statements, FilterSql.of(selection)));
    }

    static long number(Statements statements, FilterSql conditions) throws SQLException {
        return statements.list(conditions.count(), row -> row.getLong(1)).getFirst();
    }

    @Override
    public Optional<QueueId> newest() {
        return access.read(JdbcReader::newest);
    }

    static Optional<QueueId> newest(Statements statements) throws SQLException {
        long id = statements.number("newest-id");
        return id > 0 ? Optional.of(new QueueId(id)) : Optional.empty();
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) {
        return access.read(statements -> {
            FilterSql byId = FilterSql.of(MessageFilter.of(List.of(id)));
            return statements
                    .list(byId.list("entries", Page.Order.OLDEST_FIRST, 1), row -> detail(statements, row, offset()))
                    .stream()
                    .findFirst();
        });
    }

    private Duration offset() {
        return clock.reading().offset();
    }

    private static MessageDetail detail(Statements statements, ResultSet row, Duration offset) throws SQLException {
        long id = row.getLong("id");
        MessageEntryRow message = MessageEntryRow.of(row, firstRecipients(statements, id), offset);
        return new MessageDetail(
                message.entry(),
                message.protocol(),
                message.body(),
                message.smtpUtf8(),
                message.changes(),
                message.content(),
                statements.number("has-content", message.content().value()) != 0,
                message.contentUntil(),
                RecipientRow.all(statements, id).stream()
                        .map(recipient ->
                                new RecipientEntry(recipient.ordinal(), recipient.address(), recipient.state()))
                        .toList(),
                MessageTables.events(statements, message.entry().id()));
    }

    @Override
    public InputStream content(MessageDetail message) {
        return new ChunkStream(access, message.content(), message.entry().size());
    }
}
