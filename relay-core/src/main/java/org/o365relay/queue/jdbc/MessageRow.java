package org.o365relay.queue.jdbc;

import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claim.Age;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.OrphanedMessage;
import org.o365relay.queue.WaitingMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A row of the table `message`, as stored.
public record MessageRow(
        long id,
        long receivedAt,
        String client,
        String helo,
        String protocol,
        @Nullable String sender,
        boolean smtpUtf8,
        String body,
        @Nullable String envelopeId,
        @Nullable String dsnReturn,
        boolean notice,
        long size,
        int attempts,
        String route,
        String mailbox,
        Priority priority,
        @Nullable Long contentId,
        @Nullable String newMessageId,
        @Nullable String changes) {

    private static final Pattern PRINTABLE_ID = Pattern.compile("<[!-~]+>");
    private static final int URGENT = 0;
    private static final int NORMAL = 1;
    private static final Logger log = LoggerFactory.getLogger(MessageRow.class);

    public static MessageRow of(ResultSet row) throws SQLException {
        return new MessageRow(
                row.getLong("id"),
                row.getLong("received_at"),
                row.getString("client"),
                row.getString("helo"),
                row.getString("protocol"),
                row.getString("sender"),
                row.getInt("smtp_utf8") != 0,
                row.getString("body"),
                row.getString("envelope_id"),
                row.getString("dsn_return"),
                row.getInt("notice") != 0,
                row.getLong("size"),
                row.getInt("attempts"),
                row.getString("route"),
                row.getString("mailbox"),
                priority(row.getInt("priority")),
                contentId(row),
                row.getString("new_message_id"),
                row.getString("header_changes"));
    }

    /// @return the number that represents the priority in the database
    static int number(Priority priority) {
        return switch (priority) {
            case URGENT -> URGENT;
            case NORMAL -> NORMAL;
        };
    }

    /// @return the priority that the stored number represents
    static Priority priority(int number) {
        return number == URGENT ? Priority.URGENT : Priority.NORMAL;
    }

    private static @Nullable Long contentId(ResultSet row) throws SQLException {
        long id = row.getLong("content_id");
        return row.wasNull() ? null : (Long) id;
    }

    public QueueId contentQueueId() {
        return new QueueId(contentId == null ? id : contentId);
    }

    /// @return the claim; empty if the row is damaged
    Optional<Claim> claim(long lease, Instant dueAt, Age age, List<RecipientRow> recipients) {
        return ifValid(() -> new Claim(
                new QueueId(id),
                lease,
                contentQueueId(),
                arrival(),
                envelope(recipients),
                open(recipients),
                size,
                attempts,
                notice,
                route,
                mailbox,
                priority,
                dueAt,
                age,
                validNewMessageId()));
    }

    /// @return the orphaned message; empty if the row is damaged
    Optional<OrphanedMessage> orphaned(ReadAccess access, List<RecipientRow> recipients) {
        return ifValid(() -> new OrphanedMessage(
                new QueueId(id),
                route,
                priority,
                arrival(),
                envelope(recipients),
                open(recipients),
                () -> new ChunkStream(access, contentQueueId(), size)));
    }

    /// @param reason reason for the last deferral, or `interrupted`; null if there is none
    /// @return the waiting message; empty if the row is damaged
    Optional<WaitingMessage> waiting(
            ReaderPool readers, List<RecipientRow> recipients, @Nullable String reason, Age age) {
        return ifValid(() -> new WaitingMessage(
                new QueueId(id),
                arrival(),
                envelope(recipients),
                open(recipients),
                attempts,
                mailbox,
                priority,
                reason,
                age,
                () -> new ChunkStream(readers, contentQueueId(), size)));
    }

    /// @param isOpen whether the message is open and must therefore have open recipients
    /// @return description of the damage; empty if the row is valid
    public Optional<String> damage(List<RecipientRow> recipients, boolean isOpen) {
        try {
            contentQueueId();
            var _ = new QueueId(id);
            arrival();
            envelope(recipients);
            var _ = validNewMessageId();
            if (isOpen) {
                open(recipients);
            }
            if (size < 0 || attempts < 0) {
                throw new IllegalArgumentException("size " + size + " or attempts " + attempts + " is negative");
            }
            return Optional.empty();
        } catch (IllegalArgumentException | NullPointerException damaged) {
            return Optional.of(String.valueOf(damaged.getMessage()));
        }
    }

    /// @return the summary; empty if the row is damaged
    Optional<MessageSummary> summary(List<RecipientRow> recipients) {
        return ifValid(() -> new MessageSummary(
                new QueueId(id),
                arrival(),
                envelope(recipients),
                recipients.stream().map(RecipientRow::recipient).toList(),
                attempts,
                priority,
                notice));
    }

    private <T> Optional<T> ifValid(Supplier<T> record) {
        try {
            return Optional.of(record.get());
        } catch (IllegalArgumentException | NullPointerException damaged) {
            log.error("message {} is damaged in the queue and is not delivered: {}", id, damaged.getMessage());
            return Optional.empty();
        }
    }

    private Arrival arrival() {
        return new Arrival(Instant.ofEpochMilli(receivedAt), InetAddress.ofLiteral(client), helo, protocol);
    }

    private Envelope envelope(List<RecipientRow> recipients) {
        return new Envelope(
                sender == null ? null : address(sender),
                recipients.stream().map(row -> row.recipient().address()).toList(),
                smtpUtf8,
                BodyType.of(body).orElseThrow(() -> new IllegalArgumentException("body " + body)),
                dsnRequest(recipients),
                changes(changes));
    }

    /// @return the text to store; null if there are no changes
    static @Nullable String text(HeaderChanges changes) {
        return changes.equals(HeaderChanges.NONE) ? null : Json.text(changes);
    }

    static HeaderChanges changes(@Nullable String stored) {
        return stored == null
                ? HeaderChanges.NONE
                : Json.read(stored, HeaderChanges.class)
                        .orElseThrow(() -> new IllegalArgumentException("header changes " + stored));
    }

    private @Nullable String validNewMessageId() {
        if (newMessageId != null && !PRINTABLE_ID.matcher(newMessageId).matches()) {
            throw new IllegalArgumentException("new Message-ID " + newMessageId);
        }
        return newMessageId;
    }

    private static List<Recipient> open(List<RecipientRow> recipients) {
        List<Recipient> open = recipients.stream()
                .filter(RecipientRow::isOpen)
                .map(RecipientRow::recipient)
                .toList();
        if (open.isEmpty()) {
            throw new IllegalArgumentException("it has no open recipient");
        }
        return open;
    }

    private DsnRequest dsnRequest(List<RecipientRow> recipients) {
        Map<EmailAddress, ForRecipient> requests = new HashMap<>(0);
        for (RecipientRow recipient : recipients) {
            if (recipient.hasDsnRequest()) {
                requests.put(address(recipient.address()), recipient.dsnRequest());
            }
        }
        return new DsnRequest(
                envelopeId == null ? "" : envelopeId,
                dsnReturn == null ? ReturnedContent.NOT_GIVEN : ReturnedContent.valueOf(dsnReturn),
                requests);
    }

    static EmailAddress address(String text) {
        return EmailAddress.parse(text)
                .orElseThrow(() -> new IllegalArgumentException("\"" + text + "\" is not an address"));
    }
}
