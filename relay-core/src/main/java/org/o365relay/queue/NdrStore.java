package org.o365relay.queue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.QueueId;

/// The queue as the processing of non-delivery reports uses it. Every method throws a [QueueException] if the
/// disk fails; nothing is written then.
public interface NdrStore {

    /// @param folder name under which the position in a folder is saved
    /// @return the position reached in the folder; empty if none is saved
    Optional<String> position(String folder);

    /// Saves the position reached in a folder.
    void savePosition(String folder, String position);

    /// Saves the position reached in a folder, adds events to the history of messages, and queues notices, in
    /// one transaction.
    ///
    /// @param events new events by message; events of unknown messages are never shown
    /// @param suppressed notices left for a digest
    /// @return the IDs of the notices, in the same order
    List<QueueId> record(
            String folder,
            String position,
            Map<QueueId, List<HistoryEntry>> events,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed);

    /// @return matching messages, newest first
    List<MessageEntry> find(MessageFilter selection, int max);

    /// @return an open or settled message; empty if it is unknown or its row is damaged
    Optional<MessageSummary> message(QueueId id);
}
