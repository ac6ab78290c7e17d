package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.OneTimeAlerts;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.StoredAlert;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores alerts in their tables.
record JdbcAlerts(Store store, LocalMessageWriter localMessages) implements AlertStore, OneTimeAlerts {

    private static final Logger log = LoggerFactory.getLogger(JdbcAlerts.class);

    @Override
    public List<StoredAlert> active() {
        try {
            return store.readers().read(AlertTables::active);
        } catch (QueueException e) {
            log.error("active alerts cannot be read from the queue; they may be sent again: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public Optional<QueueId> raise(StoredAlert alert, @Nullable LocalMessage email) {
        return write(email, statements -> AlertTables.write(statements, alert));
    }

    @Override
    public Optional<QueueId> clear(String alert, @Nullable LocalMessage email) {
        return write(email, statements -> AlertTables.delete(statements, alert));
    }

    @Override
    public Optional<Instant> sentAt(String name) {
        return store.readers().read(statements -> QuotaTables.alertSentAt(statements, name));
    }

    @Override
    public void recordSent(String name, Instant at) {
        write(null, statements -> QuotaTables.recordSentAlert(statements, name, at));
    }

    @Override
    public QueueId recordSent(String name, Instant at, LocalMessage email) {
        return write(email, statements -> QuotaTables.recordSentAlert(statements, name, at))
                .orElseThrow();
    }

    private Optional<QueueId> write(@Nullable LocalMessage email, Committer.Work<Boolean> record) {
        List<LocalMessage> emails = Optional.ofNullable(email).stream().toList();
        return localMessages.write(emails, record).flatMap(ids -> ids.stream().findFirst());
    }
}
