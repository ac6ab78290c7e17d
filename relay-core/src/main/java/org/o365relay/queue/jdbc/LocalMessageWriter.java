package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;

/// Queues messages that the relay generates, in one transaction with the record of the event that caused them.
record LocalMessageWriter(Store store, QueueIds ids, Signals dueSignals, InstantSource clock) {

    /// @param record writes the record of the event; returns false if no message is to be queued
    /// @return the IDs of the queued messages, in the order of `messages`; empty if `record` returned false
    /// @throws QueueException if the queue cannot be written; nothing has been written in that case
    Optional<List<QueueId>> write(List<LocalMessage> messages, Committer.Work<Boolean> record) {
        return write(messages, record, () -> {});
    }

    /// @param onSubmit runs when the work has its place in the order of the transactions
    Optional<List<QueueId>> write(List<LocalMessage> messages, Committer.Work<Boolean> record, Runnable onSubmit) {
        List<QueueId> messageIds = messages.stream().map(_ -> ids.next()).toList();
        CompletableFuture<Boolean> submitted = store.committer().submit(statements -> {
            if (!record.on(statements)) {
                return false;
            }
            for (int i = 0; i < messages.size(); i++) {
                insert(statements, messageIds.get(i), messages.get(i), clock.instant());
            }
            return true;
        });
        onSubmit.run();
        if (!Committer.await(submitted)) {
            return Optional.empty();
        }
        messages.forEach(message -> dueSignals.raise(message.routed().route()));
        return Optional.of(messageIds);
    }

    /// @param now time on the steady clock
    static void insert(Statements statements, QueueId id, LocalMessage message, Instant now) throws SQLException {
        MessageTables.insertMessage(
                statements,
                id,
                id,
                message.arrival(),
                message.routed(),
                SearchableHeaders.of(message.content()),
                message.size(),
                true,
                now);
        MessageTables.insertChunk(statements, id, 0, message.content());
    }
}
