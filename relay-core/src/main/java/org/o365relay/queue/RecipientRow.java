package org.o365relay.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.o365relay.mail.Recipient;

/// A row of `recipient`, as it was stored.
record RecipientRow(long messageId, int ordinal, String address, String state) {

    static final String OPEN = "queued";

    static RecipientRow of(ResultSet row) throws SQLException {
        return new RecipientRow(
                row.getLong("message_id"), row.getInt("ordinal"), row.getString("address"), row.getString("state"));
    }

    Recipient recipient() {
        return new Recipient(ordinal, MessageRow.address(address));
    }

    boolean isOpen() {
        return state.equals(OPEN);
    }
}
