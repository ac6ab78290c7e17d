package org.o365relay.queue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.QueueId;

/// The part of the queue that is used to process non-delivery reports. Every method throws a [QueueException]
/// if the queue cannot be read or written, and writes nothing in that case.
public interface NdrStore {

    /// @param folder name under which the position is saved
    /// @return the saved position in the folder; empty if none is saved
    Optional<String> position(String folder);

    /// Saves the position reached in a folder.
    void savePosition(String folder, String position);

    /// Saves the position reached in a folder, adds events to the history of messages, and queues notices, in
    /// one transaction.
    ///
    /// @param events the new events of each message; an event of an unknown message is never shown
    /// @param suppressed notices that are not sent but included in a digest
    /// @return the IDs of the queued notices, in the order of `notices`
    List<QueueId> record(
            String folder,
            String position,
            Map<QueueId, List<HistoryEntry>> events,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed);

    /// @return the newest matching messages, newest first, at most `max`
    List<MessageEntry> find(MessageFilter selection, int max);

    /// @return an open or settled message; empty if it is unknown or its row is damaged
    Optional<MessageSummary> message(QueueId id);
}
