package org.o365relay.queue.jdbc;

import java.io.InputStream;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
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

/// Reads the queue for operators. Each result is a consistent view of one moment.
public final class JdbcReader implements QueueReader {

    private static final int RECIPIENTS_OF_AN_ENTRY = 3;

    private final ReadAccess access;
    private final InstantSource clock;

    public JdbcReader(ReadAccess access, InstantSource clock) {
        this.access = access;
        this.clock = clock;
    }

    @Override
    public QueueSummary summary() {
        return access.read(statements -> SummaryTables.summary(statements, clock.instant()));
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
            return page(statements, conditions, order, max);
        });
    }

    /// Reads one more row than wanted, to see whether there is another page.
    private static Page page(Statements statements, FilterSql conditions, Page.Order order, int max)
            throws SQLException {
        List<MessageEntryRow> rows = new ArrayList<>();
        int wanted = Math.addExact(max, 1);
        try (PreparedStatement statement = statements.with(conditions.list("entries", order, wanted));
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                rows.add(MessageEntryRow.of(row));
            }
        }
        QueueId next = rows.size() > max ? rows.removeLast().entry().id() : null;
        List<MessageEntry> entries = new ArrayList<>();
        for (MessageEntryRow row : rows) {
            entries.add(entry(statements, row));
        }
        return new Page(entries, next);
    }

    private static MessageEntry entry(Statements statements, MessageEntryRow row) throws SQLException {
        List<String> recipients = new ArrayList<>();
        try (ResultSet recipient = statements
                .with("first-recipients", row.entry().id().value(), RECIPIENTS_OF_AN_ENTRY)
                .executeQuery()) {
            while (recipient.next()) {
                recipients.add(recipient.getString(1));
            }
        }
        return row.withRecipients(recipients);
    }

    @Override
    public long count(MessageFilter selection) {
        return access.read(statements -> number(statements, FilterSql.of(selection)));
    }

    static long number(Statements statements, FilterSql conditions) throws SQLException {
        try (PreparedStatement counting = statements.with(conditions.count());
                ResultSet row = counting.executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    @Override
    public Optional<QueueId> newest() {
        return access.read(JdbcReader::newest);
    }

    static Optional<QueueId> newest(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("newest-id").executeQuery()) {
            long id = row.next() ? row.getLong(1) : 0;
            return id > 0 ? Optional.of(new QueueId(id)) : Optional.empty();
        }
    }

    @Override
    public Optional<MessageDetail> show(QueueId id) {
        return access.read(statements -> {
            FilterSql byId = FilterSql.of(MessageFilter.of(List.of(id)));
            try (PreparedStatement statement = statements.with(byId.list("entries", Page.Order.OLDEST_FIRST, 1));
                    ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(detail(statements, MessageEntryRow.of(row))) : Optional.empty();
            }
        });
    }

    private static MessageDetail detail(Statements statements, MessageEntryRow row) throws SQLException {
        List<RecipientEntry> recipients = recipients(statements, row.entry().id());
        List<String> first = recipients.stream()
                .limit(RECIPIENTS_OF_AN_ENTRY)
                .map(RecipientEntry::address)
                .toList();
        return new MessageDetail(
                row.withRecipients(first),
                row.protocol(),
                row.body(),
                row.smtpUtf8(),
                row.content(),
                hasContent(statements, row.content()),
                recipients,
                MessageTables.events(statements, row.entry().id()));
    }

    private static List<RecipientEntry> recipients(Statements statements, QueueId id) throws SQLException {
        List<RecipientEntry> recipients = new ArrayList<>();
        try (ResultSet row = statements.with("recipients", id.value()).executeQuery()) {
            while (row.next()) {
                RecipientRow recipient = RecipientRow.of(row);
                recipients.add(new RecipientEntry(recipient.ordinal(), recipient.address(), recipient.state()));
            }
        }
        return recipients;
    }

    private static boolean hasContent(Statements statements, QueueId content) throws SQLException {
        try (ResultSet row = statements.with("has-content", content.value()).executeQuery()) {
            return row.next() && row.getInt(1) != 0;
        }
    }

    @Override
    public InputStream content(MessageDetail message) {
        return new ChunkStream(access, message.content(), message.entry().size());
    }
}
