package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
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

/// Stores active alerts, and the times at which one-time alerts were sent.
record JdbcAlerts(Store store, LocalMessageWriter localMessages) implements AlertStore, OneTimeAlerts {

    private static final Duration RETENTION = Duration.ofDays(366);
    private static final Logger log = LoggerFactory.getLogger(JdbcAlerts.class);

    @Override
    public List<StoredAlert> active() {
        try {
            return store.readers().read(statements -> statements.list("active-alerts", JdbcAlerts::alert)).stream()
                    .sorted(Comparator.comparing(StoredAlert::since))
                    .toList();
        } catch (QueueException e) {
            log.error("active alerts cannot be read from the queue; they may be sent again: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public Optional<QueueId> raise(StoredAlert alert, @Nullable LocalMessage email) {
        return write(
                email,
                "write-active-alert",
                alert.name(),
                alert.since().toEpochMilli(),
                alert.subject(),
                alert.text(),
                alert.advice(),
                alert.emailed() ? 1 : 0);
    }

    @Override
    public Optional<QueueId> clear(String alert, @Nullable LocalMessage email) {
        return write(email, "delete-active-alert", alert);
    }

    @Override
    public Optional<Instant> sentAt(String name) {
        return store.readers()
                .read(statements ->
                        statements.first("alert-sent-at", row -> Instant.ofEpochMilli(row.getLong(1)), name));
    }

    @Override
    public void recordSent(String name, Instant at) {
        write(null, "record-sent-alert", name, at.toEpochMilli());
    }

    @Override
    public QueueId recordSent(String name, Instant at, LocalMessage email) {
        return write(email, "record-sent-alert", name, at.toEpochMilli()).orElseThrow();
    }

    private Optional<QueueId> write(@Nullable LocalMessage email, String statement, Object... parameters) {
        List<LocalMessage> emails = Optional.ofNullable(email).stream().toList();
        return localMessages
                .write(emails, statements -> {
                    statements.update(statement, parameters);
                    return true;
                })
                .flatMap(ids -> ids.stream().findFirst());
    }

    private static StoredAlert alert(ResultSet row) throws SQLException {
        return new StoredAlert(
                row.getString("name"),
                Instant.ofEpochMilli(row.getLong("since")),
                row.getString("subject"),
                row.getString("text"),
                row.getString("advice"),
                row.getInt("emailed") != 0);
    }

    /// Deletes records of one-time alerts sent more than 366 days ago.
    ///
    /// @return the number of records deleted
    static int deleteOld(Statements statements, Instant now) throws SQLException {
        return statements.update("delete-old-sent-alerts", now.minus(RETENTION).toEpochMilli());
    }
}
