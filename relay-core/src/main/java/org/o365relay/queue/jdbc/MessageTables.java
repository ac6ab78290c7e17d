package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.Settlement;

/// Reads and writes messages, recipients, content and events. Each method is part of the caller's transaction.
final class MessageTables {

    private MessageTables() {}

    /// @param content ID under which its content is stored
    static void insertMessage(
            Statements statements,
            QueueId id,
            QueueId content,
            Arrival arrival,
            RoutedEnvelope routed,
            SearchableHeaders headers,
            long size,
            boolean notice)
            throws SQLException {
        Envelope envelope = routed.envelope();
        DsnRequest dsnRequest = envelope.dsnRequest();
        long receivedAt = arrival.at().toEpochMilli();
        String sender = envelope.returnPath().map(EmailAddress::toString).orElse(null);
        statements
                .with(
                        "insert-message",
                        id.value(),
                        receivedAt,
                        arrival.client().getHostAddress(),
                        arrival.helo(),
                        arrival.protocol(),
                        sender,
                        envelope.smtpUtf8() ? 1 : 0,
                        envelope.body().keyword(),
                        dsnRequest.envelopeId().isEmpty() ? null : dsnRequest.envelopeId(),
                        dsnRequest.returned() == ReturnedContent.NOT_GIVEN
                                ? null
                                : dsnRequest.returned().name(),
                        notice ? 1 : 0,
                        size,
                        receivedAt,
                        routed.route(),
                        routed.route(),
                        MessageRow.number(routed.priority()),
                        content.equals(id) ? null : content.value(),
                        headers.subject(),
                        headers.messageId())
                .executeUpdate();
        int ordinal = 0;
        for (EmailAddress recipient : envelope.recipients()) {
            ForRecipient request = dsnRequest.of(recipient);
            statements
                    .with(
                            "insert-recipient",
                            id.value(),
                            ordinal++,
                            recipient.toString(),
                            request.conditions() == null ? null : NotifyParameter.format(request.conditions()),
                            request.originalRecipient()
                                    .map(OriginalRecipient::parameter)
                                    .orElse(null))
                    .executeUpdate();
        }
    }

    /// @return 0 if there is no message
    static long newestId(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("newest-id").executeQuery()) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    static void insertChunk(Statements statements, QueueId id, int ordinal, byte[] content) throws SQLException {
        if (content.length > 0) {
            statements
                    .with("insert-chunk", id.value(), ordinal, content, Chunk.checksum(content))
                    .executeUpdate();
        }
    }

    /// @param by the operator who bounces the message; null for a delivery attempt
    /// @return whether the lease was still valid; if not, nothing is written
    static boolean settle(Statements statements, Claim claim, Settlement settlement, @Nullable String by, Instant now)
            throws SQLException {
        boolean open = settlement.leavesOpen();
        int changed = open ? defer(statements, claim, settlement) : close(statements, claim, now);
        if (changed == 0) {
            return false;
        }
        if (by != null && !open) {
            insertEvent(statements, claim.id(), new HistoryEntry(now, null, "bounced", "", "by " + by, "", false));
        }
        for (Recipient recipient : claim.recipients()) {
            Outcome outcome = settlement.outcomes().get(recipient);
            if (outcome == null) {
                throw new IllegalArgumentException("no outcome for " + recipient);
            }
            settleRecipient(statements, claim.id(), recipient, outcome);
            insertEvent(statements, claim.id(), now, recipient, outcome, settlement);
        }
        int delivered = settlement.delivered();
        if (delivered > 0) {
            QuotaTables.addUsage(statements, settlement.account(), delivered, now);
        }
        if (!open) {
            long content = claim.content().value();
            statements.with("delete-content", content, content, content).executeUpdate();
        }
        return true;
    }

    private static int close(Statements statements, Claim claim, Instant now) throws SQLException {
        return statements
                .with("settle-message", now.toEpochMilli(), claim.id().value(), claim.lease())
                .executeUpdate();
    }

    private static int defer(Statements statements, Claim claim, Settlement settlement) throws SQLException {
        Instant next = settlement.nextAttempt() == null ? claim.dueAt() : settlement.nextAttempt();
        return statements
                .with(
                        "defer-message",
                        next.toEpochMilli(),
                        settlement.counts() ? 0 : 1,
                        settlement.reason(),
                        claim.id().value(),
                        claim.lease())
                .executeUpdate();
    }

    static Optional<MessageSummary> summary(Statements statements, QueueId id) throws SQLException {
        MessageRow message;
        try (ResultSet row = statements.with("message-summary", id.value()).executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            message = MessageRow.of(row);
        }
        List<RecipientRow> recipients = new ArrayList<>();
        try (ResultSet row = statements.with("recipients", id.value()).executeQuery()) {
            while (row.next()) {
                recipients.add(RecipientRow.of(row));
            }
        }
        return message.summary(recipients);
    }

    static void insertEvent(Statements statements, QueueId id, HistoryEntry event) throws SQLException {
        statements
                .with(
                        "insert-event",
                        id.value(),
                        event.at().toEpochMilli(),
                        event.recipient(),
                        event.kind(),
                        event.upstream(),
                        event.detail(),
                        event.reason(),
                        event.uncertain() ? 1 : 0)
                .executeUpdate();
    }

    static List<HistoryEntry> events(Statements statements, QueueId id) throws SQLException {
        List<HistoryEntry> events = new ArrayList<>();
        try (ResultSet row = statements.with("events", id.value()).executeQuery()) {
            while (row.next()) {
                int ordinal = row.getInt("recipient");
                Integer recipient = row.wasNull() ? null : (Integer) ordinal; // refers to the last column read
                events.add(new HistoryEntry(
                        Instant.ofEpochMilli(row.getLong("at")),
                        recipient,
                        row.getString("kind"),
                        row.getString("upstream"),
                        row.getString("detail"),
                        row.getString("reason"),
                        row.getInt("uncertain") != 0));
            }
        }
        return events;
    }

    static @Nullable Chunk chunk(Statements statements, QueueId id, int ordinal) throws SQLException {
        try (ResultSet row = statements.with("read-chunk", id.value(), ordinal).executeQuery()) {
            return row.next() ? Chunk.of(row) : null;
        }
    }

    /// @return number of messages deleted, at most `max`
    static int deleteSettledBefore(Statements statements, Instant limit, int max) throws SQLException {
        List<Long> ids = ids(
                statements.with("expired-history", limit.toEpochMilli(), max).executeQuery());
        for (long id : ids) {
            statements.with("delete-recipients", id).executeUpdate();
            statements.with("delete-events", id).executeUpdate();
            statements.with("delete-message", id).executeUpdate();
        }
        return ids.size();
    }

    /// @return number of partly received messages deleted, at most `max`
    static int deleteIncoming(Statements statements, int max) throws SQLException {
        List<Long> ids = ids(statements.with("incoming-messages", max).executeQuery());
        for (long id : ids) {
            statements.with("delete-chunks", id).executeUpdate();
            statements.with("delete-incoming", id).executeUpdate();
        }
        return ids.size();
    }

    /// @return number of interrupted attempts
    static int endLeases(Statements statements, Instant now) throws SQLException {
        statements
                .with(
                        "record-interruptions",
                        now.toEpochMilli(),
                        "the relay ended during this attempt; the upstream may have accepted the message")
                .executeUpdate();
        return statements
                .with("end-leases", now.toEpochMilli(), now.toEpochMilli())
                .executeUpdate();
    }

    private static void settleRecipient(Statements statements, QueueId id, Recipient recipient, Outcome outcome)
            throws SQLException {
        String state = switch (outcome) {
            case Delivered _ -> "delivered";
            case Deferred _ -> RecipientRow.OPEN;
            case Failed _ -> "failed";
        };
        if (!state.equals(RecipientRow.OPEN)) {
            statements
                    .with("settle-recipient", state, id.value(), recipient.ordinal())
                    .executeUpdate();
        }
    }

    private static void insertEvent(
            Statements statements, QueueId id, Instant now, Recipient recipient, Outcome outcome, Settlement settlement)
            throws SQLException {
        String kind = switch (outcome) {
            case Delivered _ -> "delivered";
            case Deferred _ -> settlement.counts() ? "deferred" : "postponed";
            case Failed _ -> "failed";
        };
        statements
                .with(
                        "insert-event",
                        id.value(),
                        now.toEpochMilli(),
                        recipient.ordinal(),
                        kind,
                        settlement.upstream(),
                        outcome.reply().toString(),
                        settlement.remark(recipient).reason(),
                        settlement.remark(recipient).uncertain() ? 1 : 0)
                .executeUpdate();
    }

    private static List<Long> ids(ResultSet rows) throws SQLException {
        try (rows) {
            List<Long> ids = new ArrayList<>();
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
            return ids;
        }
    }
}
