package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.OriginalRecipient;
import org.o365relay.mail.Recipient;

/// A row of the table `recipient`, as stored.
public record RecipientRow(
        long messageId,
        int ordinal,
        String address,
        String state,
        @Nullable String dsnNotify,
        @Nullable String originalRecipient) {

    static final String OPEN = "queued";

    static RecipientRow of(ResultSet row) throws SQLException {
        return new RecipientRow(
                row.getLong("message_id"),
                row.getInt("ordinal"),
                row.getString("address"),
                row.getString("state"),
                row.getString("dsn_notify"),
                row.getString("original_recipient"));
    }

    /// @return the recipients of a message, in envelope order
    public static List<RecipientRow> all(Statements statements, long message) throws SQLException {
        return statements.list("recipients", RecipientRow::of, message);
    }

    Recipient recipient() {
        return new Recipient(ordinal, MessageRow.address(address));
    }

    boolean hasDsnRequest() {
        return dsnNotify != null || originalRecipient != null;
    }

    ForRecipient dsnRequest() {
        return new ForRecipient(
                dsnNotify == null ? null : NotifyParameter.parse(dsnNotify).orElseThrow(() -> damaged(dsnNotify)),
                originalRecipient == null
                        ? null
                        : OriginalRecipient.parse(originalRecipient).orElseThrow(() -> damaged(originalRecipient)));
    }

    private static IllegalArgumentException damaged(String text) {
        return new IllegalArgumentException("\"" + text + "\" is not valid");
    }

    boolean isFailed() {
        return state.equals("failed");
    }

    boolean isDelivered() {
        return state.equals("delivered");
    }

    /// @return whether the stored address equals this address; false if the stored address is invalid
    boolean isFor(EmailAddress other) {
        return EmailAddress.parse(address).filter(other::equals).isPresent();
    }

    boolean isOpen() {
        return state.equals(OPEN);
    }
}
