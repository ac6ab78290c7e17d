package org.o365relay.queue.jdbc;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.NdrStore;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.SuppressedNotice;

/// Records non-delivery reports in the history of the messages that they concern.
record JdbcNdrs(Store store, QueueReader reader, LocalMessageWriter localMessages, InstantSource clock)
        implements NdrStore {

    @Override
    public Optional<String> position(String folder) {
        return store.readers().read(statements -> statements.first("progress", row -> row.getString(1), folder));
    }

    @Override
    public void savePosition(String folder, String position) {
        record(folder, position, Map.of(), List.of(), List.of());
    }

    @Override
    public List<QueueId> record(
            String folder,
            String position,
            Map<QueueId, List<HistoryEntry>> events,
            List<LocalMessage> notices,
            List<SuppressedNotice> suppressed) {
        return localMessages
                .write(notices, statements -> {
                    statements.update("save-progress", folder, position);
                    for (Map.Entry<QueueId, List<HistoryEntry>> entry : events.entrySet()) {
                        for (HistoryEntry event : entry.getValue()) {
                            MessageTables.insertEvent(statements, entry.getKey(), event);
                        }
                    }
                    for (SuppressedNotice notice : suppressed) {
                        NoticeTables.suppress(statements, notice, clock.instant());
                    }
                    return true;
                })
                .orElseThrow();
    }

    @Override
    public List<MessageEntry> find(MessageFilter selection, int max) {
        return reader.find(selection, Page.Order.NEWEST_FIRST, null, max).entries();
    }

    @Override
    public Optional<MessageSummary> message(QueueId id) {
        return store.readers().read(statements -> {
            List<RecipientRow> recipients = RecipientRow.all(statements, id.value());
            return statements
                    .first("message-summary", MessageRow::of, id.value())
                    .flatMap(message -> message.summary(recipients));
        });
    }
}
