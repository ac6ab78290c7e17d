package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
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
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.Settlement;
import org.o365relay.time.SteadyClock.Reading;

/// Reads and writes messages, recipients, content and events. Each method runs in the caller's transaction.
final class MessageTables {

    private static final EmailAddress TEST_RECIPIENT =
            EmailAddress.parse("postmaster").orElseThrow();

    private MessageTables() {}

    /// @param content ID under which the content of the message is stored
    /// @param now time on the steady clock, at which the message arrives and is due
    /// @return the Message-ID that will be sent instead of its own; null if it keeps its own
    static @Nullable String insertMessage(
            Statements statements,
            QueueId id,
            QueueId content,
            Arrival arrival,
            RoutedEnvelope routed,
            SearchableHeaders headers,
            long size,
            boolean notice,
            Instant now)
            throws SQLException {
        Envelope envelope = routed.envelope();
        DsnRequest dsnRequest = envelope.dsnRequest();
        String newMessageId = newMessageId(statements, headers, size);
        statements.update(
                "insert-message",
                id.value(),
                arrival.at().toEpochMilli(),
                arrival.client().getHostAddress(),
                arrival.helo(),
                arrival.protocol(),
                envelope.returnPath().map(EmailAddress::toString).orElse(null),
                envelope.smtpUtf8() ? 1 : 0,
                envelope.body().keyword(),
                dsnRequest.envelopeId().isEmpty() ? null : dsnRequest.envelopeId(),
                dsnReturn(dsnRequest.returned()),
                notice ? 1 : 0,
                size,
                now.toEpochMilli(),
                routed.route(),
                MessageRow.number(routed.priority()),
                content.equals(id) ? null : content.value(),
                headers.subject(),
                headers.messageId(),
                headers.fingerprint(),
                newMessageId,
                MessageRow.text(envelope.changes()));
        insertRecipients(statements, id, envelope);
        return newMessageId;
    }

    private static @Nullable String dsnReturn(ReturnedContent returned) {
        return returned == ReturnedContent.NOT_GIVEN ? null : returned.name();
    }

    /// Exchange silently drops the second of two messages with the same Message-ID. Therefore, a message gets a
    /// new Message-ID if a message with different content, in the history or earlier in this transaction,
    /// already has it. A message with the same content keeps it: Exchange should drop what a client repeats
    /// because it did not receive the 250.
    ///
    /// @param size size of the content; compared if an older relay received the earlier message
    /// @return the new Message-ID; null if the message keeps its own, or has none
    private static @Nullable String newMessageId(Statements statements, SearchableHeaders headers, long size)
            throws SQLException {
        if (headers.messageId() == null || headers.fingerprint() == null) {
            return null;
        }
        long other = statements.number("has-other-content", headers.messageId(), size, headers.fingerprint());
        return other == 0 ? null : headers.derivedMessageId();
    }

    /// Writes a small message and removes it. Fails if new mail cannot be written.
    static boolean tryToWrite(Statements statements) throws SQLException {
        QueueId id = new QueueId(Long.MAX_VALUE);
        Arrival arrival = Arrival.local(Instant.EPOCH);
        Envelope envelope = new Envelope(null, List.of(TEST_RECIPIENT), false);
        RoutedEnvelope routed = new RoutedEnvelope("", Priority.NORMAL, envelope);
        insertMessage(statements, id, id, arrival, routed, SearchableHeaders.NONE, 1, false, Instant.EPOCH);
        insertChunk(statements, id, 0, new byte[1]);
        statements.update("delete-chunks", id.value());
        statements.update("delete-recipients", id.value());
        statements.update("delete-message", id.value());
        return true;
    }

    private static void insertRecipients(Statements statements, QueueId id, Envelope envelope) throws SQLException {
        int ordinal = 0;
        for (EmailAddress recipient : envelope.recipients()) {
            ForRecipient request = envelope.dsnRequest().of(recipient);
            statements.update(
                    "insert-recipient",
                    id.value(),
                    ordinal++,
                    recipient.toString(),
                    request.conditions() == null ? null : NotifyParameter.format(request.conditions()),
                    request.originalRecipient()
                            .map(OriginalRecipient::parameter)
                            .orElse(null));
        }
    }

    static void insertChunk(Statements statements, QueueId id, int ordinal, byte[] content) throws SQLException {
        if (content.length > 0) {
            statements.update("insert-chunk", id.value(), ordinal, content, Chunk.checksum(content));
        }
    }

    /// @param by name of the operator who bounces the message; null for a delivery attempt
    /// @param keep how long the content of a settled message is kept
    /// @return whether the lease was still valid; if it was not, nothing is written
    static boolean settle(
            Statements statements,
            Claim claim,
            Settlement settlement,
            @Nullable String by,
            KeepContent keep,
            Reading now)
            throws SQLException {
        boolean open = settlement.leavesOpen();
        int changed = open ? defer(statements, claim, settlement) : close(statements, claim, now);
        if (changed == 0) {
            return false;
        }
        if (by != null && !open) {
            insertEvent(
                    statements,
                    claim.id(),
                    new HistoryEntry(now.calendar(), null, "bounced", "", "by " + by, "", false));
        }
        for (Recipient recipient : claim.recipients()) {
            Outcome outcome = settlement.outcomes().get(recipient);
            if (outcome == null) {
                throw new IllegalArgumentException("no outcome for " + recipient);
            }
            settleRecipient(statements, claim.id(), recipient, outcome);
            insertEvent(statements, claim.id(), now.calendar(), recipient, outcome, settlement);
        }
        int delivered = settlement.delivered();
        if (delivered > 0) {
            QuotaTables.addUsage(statements, settlement.account(), delivered, now.steady());
        }
        if (!open) {
            KeptContent.settled(statements, claim.id().value(), claim.content().value(), keep, now.steady());
        }
        return true;
    }

    private static int close(Statements statements, Claim claim, Reading now) throws SQLException {
        return statements.update(
                "settle-message",
                now.calendar().toEpochMilli(),
                now.steady().toEpochMilli(),
                claim.id().value(),
                claim.lease());
    }

    private static int defer(Statements statements, Claim claim, Settlement settlement) throws SQLException {
        Instant next = settlement.nextAttempt() == null ? claim.dueAt() : settlement.nextAttempt();
        return statements.update(
                "defer-message",
                next.toEpochMilli(),
                settlement.counts() ? 0 : 1,
                settlement.reason(),
                claim.id().value(),
                claim.lease());
    }

    static void insertEvent(Statements statements, QueueId id, HistoryEntry event) throws SQLException {
        statements.update(
                "insert-event",
                id.value(),
                event.at().toEpochMilli(),
                event.recipient(),
                event.kind(),
                event.upstream(),
                event.detail(),
                event.reason(),
                event.uncertain() ? 1 : 0);
    }

    static List<HistoryEntry> events(Statements statements, QueueId id) throws SQLException {
        return statements.list("events", MessageTables::event, id.value());
    }

    private static HistoryEntry event(ResultSet row) throws SQLException {
        int ordinal = row.getInt("recipient");
        Integer recipient = row.wasNull() ? null : (Integer) ordinal; // wasNull refers to the column that was read last
        return new HistoryEntry(
                Instant.ofEpochMilli(row.getLong("at")),
                recipient,
                row.getString("kind"),
                row.getString("upstream"),
                row.getString("detail"),
                row.getString("reason"),
                row.getInt("uncertain") != 0);
    }

    private record Expired(long id, long content, boolean keepsContent) {}

    /// @return the number of messages deleted, at most `max`
    static int deleteSettledBefore(Statements statements, Reading limit, int max) throws SQLException {
        List<Expired> expired = statements.list(
                "expired-history",
                row -> new Expired(row.getLong("id"), row.getLong("content"), row.getInt("keeps_content") != 0),
                limit.calendar().toEpochMilli(),
                limit.steady().toEpochMilli(),
                max);
        for (Expired message : expired) {
            statements.update("delete-recipients", message.id());
            statements.update("delete-events", message.id());
            statements.update("delete-message", message.id());
            if (message.keepsContent()) {
                KeptContent.delete(statements, message.content());
            }
        }
        return expired.size();
    }

    /// @return the number of partly received messages deleted
    static int deleteIncoming(Statements statements) throws SQLException {
        List<Long> ids = statements.list("incoming-messages", row -> row.getLong(1));
        for (long id : ids) {
            statements.update("delete-chunks", id);
            statements.update("delete-incoming", id);
        }
        return ids.size();
    }

    /// @return the number of leases ended, including those that belong to an operator's bounce
    static int endLeases(Statements statements, Reading now) throws SQLException {
        statements.update(
                "record-interruptions",
                now.calendar().toEpochMilli(),
                "the relay stopped during this attempt; the upstream may have accepted the message");
        return statements.update("end-leases", now.steady().toEpochMilli());
    }

    private static void settleRecipient(Statements statements, QueueId id, Recipient recipient, Outcome outcome)
            throws SQLException {
        String state = switch (outcome) {
            case Delivered _ -> "delivered";
            case Deferred _ -> RecipientRow.OPEN;
            case Failed _ -> "failed";
        };
        if (!state.equals(RecipientRow.OPEN)) {
            statements.update("settle-recipient", state, id.value(), recipient.ordinal());
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
        statements.update(
                "insert-event",
                id.value(),
                now.toEpochMilli(),
                recipient.ordinal(),
                kind,
                settlement.upstream(),
                outcome.reply().toString(),
                settlement.remark(recipient).reason(),
                settlement.remark(recipient).uncertain() ? 1 : 0);
    }
}
