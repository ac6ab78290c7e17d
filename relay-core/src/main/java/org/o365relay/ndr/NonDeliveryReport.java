package org.o365relay.ndr;

import java.util.List;
import org.o365relay.mail.Reply;

/// A delivery status notification (RFC 3464), as far as it is about what was not delivered.
///
/// @param messageId of the message it is about, with its brackets; empty if it does not say
/// @param reporter who reports: a host's name; empty if it does not say
/// @param recipients at least one
record NonDeliveryReport(String messageId, String reporter, List<UndeliveredRecipient> recipients) {

    NonDeliveryReport {
        recipients = List.copyOf(recipients);
    }

    /// @param address whom it was for, as the report has it
    /// @param reply why not
    record UndeliveredRecipient(String address, Reply reply) {}
}
