package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.time.SteadyClock.Reading;

/// Applies an operator's change to messages and records it in their history. Runs in the caller's transaction.
/// The messages must be open and not leased.
///
/// @param by name of the operator
/// @param keep how long the content of a settled message is kept
record MessageChanges(Statements statements, Reading now, String by, KeepContent keep) {

    /// @return whether the message was changed
    boolean apply(Change change, Candidate message) throws SQLException {
        return switch (change) {
            case Change.Retry _ -> retry(message);
            case Change.Hold _ -> hold(message);
            case Change.Release _ -> release(message);
            case Change.Delete _ -> delete(message);
            case Change.Redirect(String target) -> redirect(message, target);
            case Change.Readdress(EmailAddress from, EmailAddress to) -> readdress(message, from, to);
            case Change.Bounce _ ->
                throw new IllegalArgumentException("a bounce needs a DSN: use QueueAdmin.bounceEach");
        };
    }

    /// @return the mailbox or pool that the message waits for after the change, if the message is still open
    static String mailboxAfter(Change change, Candidate message) {
        return change instanceof Change.Redirect(String target) ? target : message.mailbox();
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
        }
        if (!to.isAscii()) {
            update("set-smtp-utf8", message.id().value());
        }
        record(message, "redirected", before.get().ordinal(), "from " + from + " to " + to + ", by " + by);
        return true;
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

    private void record(Candidate message, String kind, @Nullable Integer recipient, String detail)
            throws SQLException {
        update("insert-event", message.id().value(), calendar(), recipient, kind, "", detail, "", 0);
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
