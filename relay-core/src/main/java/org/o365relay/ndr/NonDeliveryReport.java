package org.o365relay.ndr;

import java.util.List;
import org.o365relay.mail.Reply;

/// The failed recipients of a delivery status notification (RFC 3464).
///
/// @param messageId Message-ID of the reported message, with angle brackets; empty if missing
/// @param reporter host name of the reporting MTA; empty if missing
/// @param recipients the failed recipients, at least one
record NonDeliveryReport(String messageId, String reporter, List<UndeliveredRecipient> recipients) {

    NonDeliveryReport {
        recipients = List.copyOf(recipients);
    }

    /// A recipient to whom the message was not delivered.
    ///
    /// @param address address of the recipient, as given in the report
    /// @param reply the reason given in the report
    record UndeliveredRecipient(String address, Reply reply) {}
}
