package org.o365relay.notice;

import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// A recipient to whom delivery failed.
///
/// @param reply the final reply; may be several KB long
/// @param fromUpstream whether the upstream sent the reply, or an NDR contained it; otherwise the relay
///     composed it
/// @param reason the meaning of the reply
/// @param probablyDelivered whether the upstream did not report the result but has probably delivered the
///     message
public record FailedRecipient(
        Recipient recipient, Reply reply, boolean fromUpstream, Reason reason, boolean probablyDelivered) {

    /// A recipient to whom the message was certainly not delivered.
    public FailedRecipient(Recipient recipient, Reply reply, boolean fromUpstream, Reason reason) {
        this(recipient, reply, fromUpstream, reason, false);
    }
}
