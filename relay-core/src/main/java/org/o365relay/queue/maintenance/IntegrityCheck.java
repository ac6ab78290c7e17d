package org.o365relay.queue.maintenance;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.jdbc.Chunk;
import org.o365relay.queue.jdbc.MessageRow;
import org.o365relay.queue.jdbc.RecipientRow;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.maintenance.Finding.Kind;
import org.o365relay.time.SteadyClock.Reading;

/// Checks messages, recipients, content and events, and the types of the values in all tables. Holds a batch
/// of messages and one chunk of content in memory at a time.
final class IntegrityCheck {

    private static final int BATCH = 500;
    private static final Duration MAX_CLOCK_CORRECTION = Duration.ofDays(1);

    private final Statements statements;
    private final Reading now;
    private final Duration longestWait;

    IntegrityCheck(Statements statements, Reading now, Duration longestWait) {
        this.statements = statements;
        this.now = now;
        this.longestWait = longestWait;
    }

    /// A message whose row, recipients or content are damaged.
    record Damaged(long id, String why) {

        String text() {
            return "message " + name(id) + " is damaged: " + why;
        }
    }

    /// @return the queue ID as shown to the operator; the number in quotation marks if it is not a valid queue
    ///     ID
    static String name(long id) {
        return id >= 0 ? new QueueId(id).toString() : "\"" + id + "\"";
    }

    void findings(Consumer<Finding> sink) throws SQLException {
        for (AutoFix check : AutoFix.values()) {
            long count = check.count(statements, now, longestWait);
            if (count > 0) {
                sink.accept(new Finding(Kind.INCONSISTENCY, check.text(count)));
            }
        }
        new ValueCheck(statements.connection())
                .problems()
                .forEach(text -> sink.accept(new Finding(Kind.INCONSISTENCY, text)));
        for (long content : contentsWithoutMessage()) {
            sink.accept(new Finding(Kind.MESSAGE, "content " + name(content) + " belongs to no message"));
        }
        damaged(damaged -> sink.accept(new Finding(Kind.MESSAGE, damaged.text())), note -> sink.accept(note));
        long future = statements.number(
                "received-in-the-future",
                now.calendar().plus(MAX_CLOCK_CORRECTION).toEpochMilli());
        if (future > 0) {
            sink.accept(new Finding(
                    Kind.NOTE,
                    future + " messages have a reception time in the future: the clock has been set back since"));
        }
    }

    /// Finds damaged messages.
    ///
    /// @param sink receives the damaged messages that need a repair
    /// @param notes receives the other damaged messages: those on hold that an earlier repair copied to
    ///     quarantine, and settled ones
    void damaged(Consumer<Damaged> sink, Consumer<Finding> notes) throws SQLException {
        long last = Long.MIN_VALUE;
        List<StoredMessage> batch = messages(last);
        Content content = new Content(Long.MIN_VALUE, 0, null);
        Set<Long> wrongTypes = new ValueCheck(statements.connection()).messages();
        while (!batch.isEmpty()) {
            for (StoredMessage message : batch) {
                content = check(message, wrongTypes.contains(message.row().id()), content, sink, notes);
            }
            last = batch.getLast().row().id();
            batch = messages(last);
        }
    }

    /// @return the IDs of content that belongs to no message and is not being received
    List<Long> contentsWithoutMessage() throws SQLException {
        return statements.list("orphaned-content", row -> row.getLong(1));
    }

    private record StoredMessage(MessageRow row, boolean isOpen, boolean isHeld) {}

    /// The stored content of a message.
    ///
    /// @param size number of octets before the first damaged chunk
    /// @param damage description of the first damaged chunk; null if all chunks are intact
    private record Content(long id, long size, @Nullable String damage) {}

    private List<StoredMessage> messages(long after) throws SQLException {
        List<StoredMessage> batch = new ArrayList<>();
        try (ResultSet row = statements.with("every-message", after).executeQuery()) {
            while (batch.size() < BATCH && row.next()) {
                boolean isOpen = row.getObject("due_at") != null;
                batch.add(new StoredMessage(MessageRow.of(row), isOpen, row.getObject("held_at") != null));
            }
        }
        return batch;
    }

    /// @param known the content checked last, which is not checked again if this message shares it; the parts
    ///     of a split message share their content and usually follow one another
    /// @param wrongType whether a row of the message has a value of a wrong type
    private Content check(
            StoredMessage message, boolean wrongType, Content known, Consumer<Damaged> sink, Consumer<Finding> notes)
            throws SQLException {
        MessageRow row = message.row();
        Optional<String> damage = wrongType
                ? Optional.of("one of its rows has a value of a wrong type")
                : row.damage(RecipientRow.all(statements, row.id()), message.isOpen());
        Content content = known;
        if (message.isOpen() && damage.isEmpty()) {
            content = known.id() == row.contentQueueId().value()
                    ? known
                    : content(row.contentQueueId().value());
            damage = contentDamage(row, content);
        }
        if (damage.isPresent()) {
            Damaged damaged = new Damaged(row.id(), damage.get());
            if (!message.isOpen()) {
                notes.accept(
                        new Finding(Kind.NOTE, damaged.text() + "; it is settled, so only its history is affected"));
            } else if (message.isHeld() && statements.number("count-quarantined", row.id()) > 0) {
                notes.accept(new Finding(Kind.NOTE, damaged.text() + "; it is on hold, and a copy is in quarantine"));
            } else {
                sink.accept(damaged);
            }
        }
        return content;
    }

    private static Optional<String> contentDamage(MessageRow row, Content content) {
        if (content.damage() != null) {
            return Optional.of(content.damage());
        }
        return content.size() == row.size()
                ? Optional.empty()
                : Optional.of("its content has " + content.size() + " octets instead of " + row.size());
    }

    private Content content(long id) throws SQLException {
        long size = 0;
        int next = 0;
        try (ResultSet row = statements.with("chunks", id).executeQuery()) {
            while (row.next()) {
                byte[] chunk = row.getBytes("content");
                long checksum = row.getLong("checksum");
                boolean hasChecksum = !row.wasNull();
                if (row.getInt("ordinal") != next || chunk == null) {
                    return new Content(id, size, "chunk " + next + " of its content is missing");
                }
                if (hasChecksum && checksum != Chunk.checksum(chunk)) {
                    return new Content(id, size, "chunk " + next + " of its content does not match its checksum");
                }
                size += chunk.length;
                next++;
            }
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            statements.discardPrepared();
            return new Content(id, size, "chunk " + next + " of its content cannot be read");
        }
        return new Content(id, size, null);
    }
}
