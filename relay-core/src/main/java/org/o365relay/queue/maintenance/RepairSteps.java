package org.o365relay.queue.maintenance;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.o365relay.queue.jdbc.ClaimTables;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.maintenance.IntegrityCheck.Damaged;
import org.o365relay.time.SteadyClock.Reading;

/// Fixes the rows of a readable database within the caller's transaction. Messages that cannot be delivered are
/// copied to quarantine and put on hold, never deleted. Content and recipients that belong to no message are
/// copied to quarantine, with their events, before they are deleted; other events that belong to no message
/// are deleted without being exported, as are the rows that [ValueCheck] deletes.
final class RepairSteps {

    private static final Set<AutoFix> AFTER_QUARANTINE =
            EnumSet.of(AutoFix.RECIPIENTS_WITHOUT_MESSAGE, AutoFix.EVENTS_WITHOUT_MESSAGE);

    private final Statements statements;
    private final Quarantine quarantine;
    private final Reading now;
    private final Duration longestWait;
    private final List<String> actions = new ArrayList<>();
    private final List<String> quarantined = new ArrayList<>();

    RepairSteps(Statements statements, Quarantine quarantine, Reading now, Duration longestWait) {
        this.statements = statements;
        this.quarantine = quarantine;
        this.now = now;
        this.longestWait = longestWait;
    }

    void run() throws IOException, SQLException {
        fix(EnumSet.complementOf(EnumSet.copyOf(AFTER_QUARANTINE)));
        new ValueCheck(statements.connection()).fix().forEach(text -> actions.add("deleted: " + text));
        IntegrityCheck check = new IntegrityCheck(statements, now, longestWait);
        List<Damaged> damaged = new ArrayList<>();
        check.damaged(damaged::add, _ -> {});
        for (Damaged message : damaged) {
            quarantine(message);
        }
        for (long id : idsWithoutMessage(check)) {
            quarantine.export(statements, id, id, "its message does not exist");
            quarantined.add("message " + IntegrityCheck.name(id)
                    + " is not in the queue; its remaining rows are in quarantine");
            statements.update("delete-orphaned-content", id);
        }
        fix(AFTER_QUARANTINE);
    }

    /// @return the fixes made, one line each
    List<String> actions() {
        return actions;
    }

    /// @return the damaged messages, and rows whose message is missing, that were copied to quarantine; one
    ///     line for each message
    List<String> quarantined() {
        return quarantined;
    }

    private void fix(Set<AutoFix> fixes) throws SQLException {
        for (AutoFix fix : fixes) {
            int count = fix.fix(statements, now, longestWait);
            if (count > 0) {
                actions.add("fixed: " + fix.text(count));
            }
        }
    }

    private void quarantine(Damaged damaged) throws IOException, SQLException {
        quarantine.export(statements, damaged.id(), content(damaged.id()), damaged.why());
        long millis = now.calendar().toEpochMilli();
        statements.update("hold-damaged-message", ClaimTables.NEVER, millis, damaged.id());
        statements.update(
                "insert-event",
                damaged.id(),
                millis,
                null,
                "damaged",
                "",
                damaged.why() + "; put on hold, with a copy in " + quarantine.folder(),
                "",
                0);
        quarantined.add(damaged.text() + "; it is on hold, and its readable parts are in quarantine");
    }

    private long content(long id) throws SQLException {
        long content = statements
                .first("message", row -> row.getLong("content_id"), id)
                .orElse(0L);
        return content == 0 ? id : content;
    }

    private Set<Long> idsWithoutMessage(IntegrityCheck check) throws SQLException {
        Set<Long> ids = new TreeSet<>(check.contentsWithoutMessage());
        ids.addAll(statements.list("orphaned-recipients", row -> row.getLong(1)));
        return ids;
    }
}
