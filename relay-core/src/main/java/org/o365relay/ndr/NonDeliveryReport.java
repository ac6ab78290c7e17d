package org.o365relay.ndr;

import java.util.List;
import org.o365relay.mail.Reply;

/// The failed recipients of a delivery status notification (RFC 3464).
///
/// @param messageId Message-ID of the reported message, with angle brackets; empty if missing
/// @param reporter host name of the reporting MTA; empty if missing
/// @param recipients at least one
record NonDeliveryReport(String messageId, String reporter, List<UndeliveredRecipient> recipients) {

    NonDeliveryReport {
        recipients = List.copyOf(recipients);
    }

    /// A recipient that the message was not delivered to.
    ///
    /// @param address as given in the report
    /// @param reply the reason given in the report
    record UndeliveredRecipient(String address, Reply reply) {}
}
