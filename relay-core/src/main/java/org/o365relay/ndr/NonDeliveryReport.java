package org.o365relay.ndr;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// The failed recipients of a delivery status notification (RFC 3464).
///
/// @param queueIds queue IDs in the `Received` fields of the returned header, of this relay and possibly of
///     other servers, most recent first
/// @param messageIds Message-IDs under which the reported message may be known, with angle brackets, most
///     reliable first
/// @param arrival when the reporting server received the message; null if missing
/// @param reporter host name of the reporting MTA; empty if missing
/// @param recipients the failed recipients, at least one
record NonDeliveryReport(
        List<QueueId> queueIds,
        List<String> messageIds,
        @Nullable Instant arrival,
        String reporter,
        List<UndeliveredRecipient> recipients) {

    NonDeliveryReport {
        queueIds = List.copyOf(queueIds);
        messageIds = List.copyOf(messageIds);
        recipients = List.copyOf(recipients);
    }

    /// A recipient to whom the message was not delivered.
    ///
    /// @param address address of the recipient, as given in the report
    /// @param original the address to which the message was sent, as given in the report (RFC 3464 §2.3.1);
    ///     the same as `address` if missing
    /// @param reply the reason given in the report
    /// @param server host name of the server that gave the reason: the one to which the reporting server passed
    ///     the message (RFC 3464 §2.3.5), otherwise the reporting server; empty if missing
    record UndeliveredRecipient(String address, String original, Reply reply, String server) {}
}
