package org.o365relay.queue;

import java.util.function.Consumer;

/// Applies operators' changes to open messages. Messages that are being delivered are skipped.
///
/// The set of messages is fixed first, so that messages received later are not included. The messages are
/// changed in small batches, oldest first, so that no client has to wait long for its reply. Each batch is one
/// transaction, including the history. A message that no longer matches the filter when its batch is processed
/// is not changed. Settled messages and unknown IDs are ignored: callers that report them call
/// [QueueReader#show] first.
public interface QueueAdmin {

    /// Applies a change to the selected messages.
    ///
    /// @param by name of the operator, for the history
    /// @return what was changed, even if the disk failed partway
    /// @throws QueueException if the disk fails before the first change is tried
    /// @throws IllegalArgumentException for [Change.Bounce], which needs a DSN: use [#bounceEach]
    ChangeResult apply(Change change, MessageFilter selection, String by);

    /// Bounces the selected messages one by one, including those on hold. The history of a settled message
    /// names the operator. If the consumer throws, its message is put back and the change ends. Damaged
    /// messages are skipped.
    ///
    /// @param by name of the operator, for the history
    /// @param bounce settles a claim with its DSN
    /// @return what was changed, even if the disk or the consumer failed partway
    /// @throws QueueException if the disk fails before the first change is tried
    ChangeResult bounceEach(MessageFilter selection, String by, Consumer<Claim> bounce);
}
