package org.o365relay.queue;

import java.util.function.Consumer;

/// Applies operators' changes to open messages, and resends settled ones. Messages that are being delivered are
/// skipped.
///
/// The set of messages is fixed first, so that messages received later are not included. The messages are
/// changed in small batches, oldest first, so that no SMTP client has to wait long for a reply. Each batch of
/// [#apply], including its history events, is one transaction. A message that no longer matches the filter when
/// its batch is processed is not changed. Messages to which the change does not apply and unknown IDs are
/// ignored; a caller that must report them calls [QueueReader#show] first.
public interface QueueAdmin {

    /// Applies a change to the selected messages.
    ///
    /// @param by name of the operator, for the history
    /// @return the changes made; if a failure stopped the command, those made before the failure
    /// @throws QueueException if the messages to change cannot be read when the command begins
    /// @throws IllegalArgumentException for [Change.Bounce], which needs a DSN: use [#bounceEach]
    ChangeResult apply(Change change, MessageFilter selection, String by);

    /// Bounces the selected messages one by one, including those on hold. The history of each bounced message
    /// names the operator. If the consumer throws an exception, the message is returned to the queue and no
    /// further messages are bounced. Messages whose rows are damaged are skipped.
    ///
    /// @param by name of the operator, for the history
    /// @param bounce settles the claim on a message and queues the DSN
    /// @return the changes made; if the queue or the consumer failed, those made before the failure
    /// @throws QueueException if the messages to bounce cannot be read when the command begins
    ChangeResult bounceEach(MessageFilter selection, String by, Consumer<Claim> bounce);
}
