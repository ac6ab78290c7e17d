package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes device counters. Usage that counts against a limit must be on disk no later than the messages that
/// caused it, so every transaction writes such usage; it also writes removals of devices. Other changes are
/// written only after [#requestWrite] has been called.
///
/// If the device tables are damaged, mail is still accepted and delivered; nothing is written to the tables
/// until the next retry.
final class DeviceCommitHook implements CommitHook {

    private static final Logger log = LoggerFactory.getLogger(DeviceCommitHook.class);
    private static final int PAUSE = 30;

    private final DeviceChanges changes;
    private final Dialect dialect;
    private volatile int maxDevices;
    private final AtomicInteger pause = new AtomicInteger(); // calls to requestWrite to skip after a failure
    private boolean hasWritten;

    DeviceCommitHook(DeviceChanges changes, Dialect dialect) {
        this.changes = changes;
        this.dialect = dialect;
    }

    /// Requests that the next transaction write changed devices. After a write that failed for a reason other
    /// than the disk, the next 30 calls do nothing.
    ///
    /// @param devices maximum number of devices
    /// @return whether a change is waiting to be written, so that the caller should start a transaction
    boolean requestWrite(int devices) {
        if (pause.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return false;
        }
        maxDevices = devices;
        return changes.isPending();
    }

    @Override
    public void write(Statements statements) throws SQLException {
        hasWritten = false;
        if (pause.get() > 0) {
            return;
        }
        try {
            for (DeviceChange change : changes.next(maxDevices)) {
                DeviceTables.write(statements, change);
            }
            hasWritten = true;
        } catch (SQLException e) {
            if (dialect.isEnvironmental(e)) {
                throw e;
            }
            throw failed(e);
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    @Override
    public void written() {
        if (hasWritten) {
            changes.written();
            maxDevices = 0;
        }
    }

    private HookFailed failed(Exception failure) {
        pause.set(PAUSE);
        log.error(
                "device counters cannot be written to the queue, trying again in a minute; mail is not affected, but"
                        + " after a crash devices could exceed their limits",
                failure);
        return new HookFailed(failure);
    }
}
