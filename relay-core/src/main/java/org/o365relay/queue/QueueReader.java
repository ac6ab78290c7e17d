package org.o365relay.queue;

import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Reads the queue for operators. Queries delay neither the reception nor the delivery of mail. Damaged rows
/// are shown as far as they can be read.
///
/// Every method except [#content] throws a [QueueException] with a message for the admin if the queue cannot be
/// read.
public interface QueueReader {

    /// Counts the open messages. Takes less than a second for a million messages.
    QueueSummary summary();

    /// @param from [Page#next()] of the previous page; null for the first page
    /// @param max maximum number of entries, at least 1
    Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int max);

    /// @return the number of matching messages
    long count(MessageFilter selection);

    /// @return the ID of the newest message; empty if the queue has no message
    Optional<QueueId> newest();

    /// @return the message; empty if the ID is unknown, or the message has been deleted from the history
    Optional<MessageDetail> show(QueueId id);

    /// Opens the original content, byte for byte as received. Reading from the stream fails with an
    /// `IOException` if the content is incomplete or damaged, or if the queue cannot be read.
    ///
    /// @param message a message whose content is still stored
    InputStream content(MessageDetail message);
}
