package org.o365relay.queue;

import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Reads the queue for operators. Delays neither the reception nor the delivery of mail. Damaged rows are shown
/// as far as possible.
///
/// Every method throws a [QueueException] with a message for the admin if the queue cannot be read.
public interface QueueReader {

    /// Counts the open messages. Takes less than a second for a million messages.
    QueueSummary summary();

    /// @param from [Page#next()] of the previous page; null for the first page
    /// @param max maximum number of entries, at least 1
    Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int max);

    /// @return number of matching messages
    long count(MessageFilter selection);

    /// @return the ID of the newest message; empty if there is none
    Optional<QueueId> newest();

    /// @return the message; empty if the ID is unknown or no longer in the history
    Optional<MessageDetail> show(QueueId id);

    /// Opens the original content, byte for byte as received. Reading fails if the content is incomplete.
    ///
    /// @param message a message with content
    InputStream content(MessageDetail message);
}
