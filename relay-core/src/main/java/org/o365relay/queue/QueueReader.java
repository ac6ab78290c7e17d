package org.o365relay.queue;

import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// What can be asked of a queue. Nothing is changed, and nobody held up, neither who waits for a 250 nor who
/// delivers. A damaged row is shown as far as it makes sense.
///
/// Every method throws a [QueueException] with a message for the admin if the queue cannot be read.
public interface QueueReader {

    /// @return less than a second's work for a million messages
    QueueSummary summary();

    /// @param from where a page before this one ended ([Page#next()]); null for the first page
    /// @param most 1 or more
    Page find(MessageFilter selection, Page.Order order, @Nullable QueueId from, int most);

    /// @return how many messages are selected
    long count(MessageFilter selection);

    /// @return the newest message there is; empty if there is none
    Optional<QueueId> newest();

    /// @return empty if it is not known, or no longer
    Optional<MessageDetail> show(QueueId id);

    /// Opens an original, byte for byte as it was received. Reading fails if it is not whole.
    ///
    /// @param message one that has content
    InputStream content(MessageDetail message);
}
