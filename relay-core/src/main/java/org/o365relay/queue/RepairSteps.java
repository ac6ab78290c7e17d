package org.o365relay.queue;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.o365relay.queue.IntegrityCheck.Damaged;

/// Puts the tables of a readable database in order, in one transaction of its caller's. What cannot be delivered is put
/// in quarantine and on hold, never deleted; what belongs to nothing is put in quarantine before it goes.
final class RepairSteps {

    private static final Set<AutoFix> SWEEPS =
            EnumSet.of(AutoFix.RECIPIENTS_WITHOUT_MESSAGE, AutoFix.EVENTS_WITHOUT_MESSAGE);

    private final Statements statements;
    private final Quarantine quarantine;
    private final Instant now;
    private final Duration longestWait;
    private final List<String> actions = new ArrayList<>();
    private final List<String> quarantined = new ArrayList<>();

    RepairSteps(Statements statements, Quarantine quarantine, Instant now, Duration longestWait) {
        this.statements = statements;
        this.quarantine = quarantine;
        this.now = now;
        this.longestWait = longestWait;
    }

    void run() throws IOException, SQLException {
        fix(EnumSet.complementOf(EnumSet.copyOf(SWEEPS)));
        IntegrityCheck inspection = new IntegrityCheck(statements, now, longestWait);
        List<Damaged> damaged = new ArrayList<>();
        inspection.damaged(damaged::add, _ -> {});
        for (Damaged message : damaged) {
            quarantined(message);
        }
        for (long id : withoutMessage(inspection)) {
            quarantine.export(statements, id, id, "there is no message of this name");
            quarantined.add(
                    "of " + IntegrityCheck.name(id) + ", which is not in the queue, is in quarantine what there is");
            statements.with("delete-orphaned-content", id).executeUpdate();
        }
        fix(SWEEPS);
    }

    /// @return what was put in order, one line each
    List<String> actions() {
        return actions;
    }

    /// @return what is in quarantine now, one line for each message
    List<String> quarantined() {
        return quarantined;
    }

    private void fix(Set<AutoFix> trifles) throws SQLException {
        for (AutoFix trifle : trifles) {
            int count = trifle.fix(statements, now, longestWait);
            if (count > 0) {
                actions.add("put in order: " + trifle.text(count));
            }
        }
    }

    private void quarantined(Damaged damaged) throws IOException, SQLException {
        quarantine.export(statements, damaged.id(), content(damaged.id()), damaged.why());
        long millis = now.toEpochMilli();
        statements
                .with("hold-damaged-message", ClaimTables.END_OF_TIME.toEpochMilli(), millis, damaged.id())
                .executeUpdate();
        statements
                .with(
                        "insert-event",
                        damaged.id(),
                        millis,
                        null,
                        "damaged",
                        "",
                        damaged.why() + "; on hold, and a copy is in " + quarantine.folder(),
                        "",
                        0)
                .executeUpdate();
        quarantined.add(damaged.text() + "; it is on hold, and in quarantine is what there is of it");
    }

    private long content(long id) throws SQLException {
        try (ResultSet row = statements.with("message", id).executeQuery()) {
            long content = row.next() ? row.getLong("content_id") : 0;
            return content == 0 ? id : content;
        }
    }

    private Set<Long> withoutMessage(IntegrityCheck inspection) throws SQLException {
        Set<Long> ids = new TreeSet<>(inspection.contentsWithoutMessage());
        try (ResultSet row = statements.with("orphaned-recipients").executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }
}
