package org.o365relay.queue;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what is known of devices on disk. With every transaction goes what must be on disk no later than the
/// messages in it; the rest goes when [#requestWrite] was called before.
///
/// Should these tables be damaged, mail goes on without them.
final class DeviceCommitHook implements CommitHook {

    private static final Logger log = LoggerFactory.getLogger(DeviceCommitHook.class);
    private static final int REST = 30;

    private final DeviceChanges changes;
    private volatile int most;
    private final AtomicInteger rest = new AtomicInteger(); // so many times not to hurry
    private boolean isAboard;

    DeviceCommitHook(DeviceChanges changes) {
        this.changes = changes;
    }

    /// Has changed records written with the next transaction, too.
    ///
    /// @param devices how many of them at most
    /// @return whether there is something to write, and it wants to
    boolean requestWrite(int devices) {
        if (rest.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return false;
        }
        most = devices;
        return changes.isPending();
    }

    @Override
    public void write(Statements statements) throws SQLException {
        isAboard = false;
        if (rest.get() > 0) {
            return;
        }
        try {
            for (DeviceChange change : changes.next(most)) {
                DeviceTables.write(statements, change);
            }
            isAboard = true;
        } catch (SQLException e) {
            if (Sqlite.isEnvironmental(e)) {
                throw e;
            }
            throw leftBehind(e);
        } catch (RuntimeException e) {
            throw leftBehind(e);
        }
    }

    @Override
    public void written() {
        if (isAboard) {
            changes.written();
            most = 0;
        }
    }

    private HookFailed leftBehind(Exception trouble) {
        rest.set(REST);
        log.error(
                "what is known of devices cannot be written to the queue, trying again in a minute; mail is not"
                        + " affected, but after a crash devices could send more than their budget",
                trouble);
        return new HookFailed(trouble);
    }
}
