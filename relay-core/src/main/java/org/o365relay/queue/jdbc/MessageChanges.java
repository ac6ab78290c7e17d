package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.time.SteadyClock.Reading;

/// Applies an operator's change to messages and records it in their history. Runs in the caller's transaction.
/// The messages must be open and not leased; a message to resend must be settled, and its content kept.
///
/// @param by name of the operator
/// @param keep how long the content of a settled message is kept
/// @param ids generates the IDs of new messages
record MessageChanges(Statements statements, Reading now, String by, KeepContent keep, QueueIds ids) {

    /// @return whether the message was changed
    boolean apply(Change change, Candidate message) throws SQLException {
        return switch (change) {
            case Change.Retry _ -> retry(message);
            case Change.Hold _ -> hold(message);
            case Change.Release _ -> release(message);
            case Change.Delete _ -> delete(message);
            case Change.Redirect(String target) -> redirect(message, target);
            case Change.Readdress(EmailAddress from, EmailAddress to) -> readdress(message, from, to);
            case Change.Resend resend -> resend(message, resend);
            case Change.Bounce _ ->
                throw new IllegalArgumentException("a bounce needs a DSN: use QueueAdmin.bounceEach");
        };
    }

    /// @return the mailbox or pool that the message, or the one that resends it, waits for after the change
    static String mailboxAfter(Change change, Candidate message) {
        return switch (change) {
            case Change.Redirect(String target) -> target;
            case Change.Resend(var _, String target) -> target == null ? message.route() : target;
            case Change.Retry _,
                    Change.Hold _,
                    Change.Release _,
                    Change.Delete _,
                    Change.Readdress _,
                    Change.Bounce _ -> message.mailbox();
        };
    }

    private boolean retry(Candidate message) throws SQLException {
        if (message.held()) {
            return false;
        }
        update("retry", steady(), steady(), message.id().value());
        record(message, "retried", null, "by " + by);
        return true;
    }

    private boolean hold(Candidate message) throws SQLException {
        if (message.held()) {
            return false;
        }
        update("hold", calendar(), ClaimTables.NEVER, message.id().value());
        record(message, "held", null, "by " + by);
        return true;
    }

    private boolean release(Candidate message) throws SQLException {
        if (!message.held()) {
            return false;
        }
        update("release-hold", steady(), message.id().value());
        record(message, "released", null, "by " + by);
        return true;
    }

    private boolean delete(Candidate message) throws SQLException {
        update("delete-open-recipients", message.id().value());
        settle(message);
        KeptContent.delete(statements, message.content());
        record(message, "deleted", null, "by " + by);
        return true;
    }

    private void settle(Candidate message) throws SQLException {
        update("settle-unclaimed", calendar(), steady(), message.id().value());
    }

    private boolean redirect(Candidate message, String target) throws SQLException {
        if (message.mailbox().equals(target) && message.route().equals(target)) {
            return false;
        }
        update("redirect", target, target, message.id().value());
        record(message, "redirected", null, "from " + message.mailbox() + " to " + target + ", by " + by);
        return true;
    }

    private boolean readdress(Candidate message, EmailAddress from, EmailAddress to) throws SQLException {
        List<RecipientRow> recipients =
                RecipientRow.all(statements, message.id().value());
        Optional<RecipientRow> before = recipients.stream()
                .filter(row -> row.isOpen() && row.isFor(from))
                .findFirst();
        if (before.isEmpty() || from.equals(to)) {
            return false;
        }
        Optional<RecipientRow> existing =
                recipients.stream().filter(row -> row.isFor(to)).findFirst();
        if (existing.isPresent()) {
            merge(message, before.get(), existing.get());
        } else {
            update(
                    "readdress",
                    to.toString(),
                    message.id().value(),
                    before.get().ordinal());
            readdressAdded(message, from, to);
        }
        if (!to.isAscii()) {
            update("set-smtp-utf8", message.id().value());
        }
        record(message, "redirected", before.get().ordinal(), "from " + from + " to " + to + ", by " + by);
        return true;
    }

    /// The sender still does not know of a recipient that the rewriting rules added.
    private void readdressAdded(Candidate message, EmailAddress from, EmailAddress to) throws SQLException {
        Optional<HeaderChanges> changes = statements
                .first(
                        "header-changes",
                        row -> row.getString("header_changes"),
                        message.id().value())
                .flatMap(stored -> Json.read(stored, HeaderChanges.class))
                .filter(stored -> from.equals(stored.addedRecipient()));
        if (changes.isPresent()) {
            update(
                    "set-header-changes",
                    Json.text(changes.get().withAddedRecipient(to)),
                    message.id().value());
        }
    }

    /// Merges a recipient into an existing one that has the new address, so that no duplicate is sent. The
    /// existing recipient is reopened unless it was delivered. If this settles the message, its state
    /// comes from its other recipients; it does not become `deleted`.
    private void merge(Candidate message, RecipientRow before, RecipientRow existing) throws SQLException {
        update("mark-recipient-redirected", message.id().value(), before.ordinal());
        if (!existing.isDelivered()) {
            update("reopen-recipient", message.id().value(), existing.ordinal());
        }
        if (RecipientRow.all(statements, message.id().value()).stream().noneMatch(RecipientRow::isOpen)) {
            settle(message);
            KeptContent.settled(statements, message.id().value(), message.content(), keep, now.steady());
        }
    }

    /// Queues the message again, as a new message that shares the content of the original.
    private boolean resend(Candidate message, Change.Resend resend) throws SQLException {
        List<RecipientRow> all = RecipientRow.all(statements, message.id().value());
        boolean received = all.stream().anyMatch(RecipientRow::isDelivered);
        List<RecipientRow> failed = all.stream().filter(RecipientRow::isFailed).toList();
        List<RecipientRow> again = failed.isEmpty()
                ? all.stream().filter(RecipientRow::isDelivered).toList()
                : failed;
        if (again.isEmpty()) {
            return false;
        }
        QueueId id = ids.next();
        String newMessageId = resentMessageId(message.id(), id, received);
        update(
                "resend",
                id.value(),
                calendar(),
                steady(),
                resend.mailbox(),
                newMessageId,
                message.id().value());
        EmailAddress to = resend.to();
        if (to == null) {
            int ordinal = 0;
            for (RecipientRow row : again) {
                insertRecipient(id, ordinal++, row.address(), row.dsnNotify(), row.originalRecipient());
            }
        } else {
            insertRecipient(id, 0, to.toString(), null, null);
            if (!to.isAscii()) {
                update("set-smtp-utf8", id.value());
            }
        }
        record(message.id(), "resent", null, "as " + id + (to == null ? "" : " to " + to) + ", by " + by);
        record(id, "resent", null, "from " + message.id() + ", by " + by);
        return true;
    }

    /// Exchange drops a message if it has delivered one with the same Message-ID to the mailbox before. A
    /// message that no recipient has received keeps its Message-ID, because the upstream may have accepted it
    /// without a reply.
    ///
    /// @param received whether a recipient has received the original
    /// @return the Message-ID to send instead of the one in the content; null if that one is sent, or there is
    ///     none
    private @Nullable String resentMessageId(QueueId original, QueueId id, boolean received) throws SQLException {
        MessageIds known = statements
                .first("message-ids", MessageIds::of, original.value())
                .orElseThrow();
        String header = known.header();
        boolean mayBeDropped = received || known.resent();
        return mayBeDropped && header != null
                ? SearchableHeaders.derivedMessageId(header, id.value())
                : known.replacement();
    }

    /// @param header Message-ID in the content; null if there is none
    /// @param replacement Message-ID that is sent instead; null if there is none
    private record MessageIds(
            @Nullable String header, @Nullable String replacement, boolean resent) {

        static MessageIds of(ResultSet row) throws SQLException {
            return new MessageIds(
                    row.getString("message_id_header"), row.getString("new_message_id"), row.getInt("resent") != 0);
        }
    }

    private void insertRecipient(
            QueueId id, int ordinal, String address, @Nullable String dsnNotify, @Nullable String originalRecipient)
            throws SQLException {
        update("insert-recipient", id.value(), ordinal, address, dsnNotify, originalRecipient);
    }

    private void record(Candidate message, String kind, @Nullable Integer recipient, String detail)
            throws SQLException {
        record(message.id(), kind, recipient, detail);
    }

    private void record(QueueId message, String kind, @Nullable Integer recipient, String detail) throws SQLException {
        update("insert-event", message.value(), calendar(), recipient, kind, "", detail, "", 0);
    }

    private void update(String statement, @Nullable Object... parameters) throws SQLException {
        statements.update(statement, parameters);
    }

    private long calendar() {
        return now.calendar().toEpochMilli();
    }

    private long steady() {
        return now.steady().toEpochMilli();
    }
}
