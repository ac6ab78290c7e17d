package org.o365relay.queue.jdbc;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.queue.DeviceStore;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores devices and their counters.
final class JdbcDevices implements DeviceStore {

    private static final Logger log = LoggerFactory.getLogger(JdbcDevices.class);

    private final Store store;
    private volatile @Nullable DeviceCommitHook hook;

    JdbcDevices(Store store) {
        this.store = store;
    }

    @Override
    public List<DeviceRecord> all() {
        try {
            return store.readers().read(DeviceTables::all);
        } catch (QueueException e) {
            log.error("device counters cannot be read from the queue and restart from zero: {}", e.getMessage());
            return List.of();
        }
    }

    @Override
    public void startPersisting(DeviceChanges changes) {
        DeviceCommitHook installed = new DeviceCommitHook(changes, store.dialect());
        store.committer().install(installed);
        hook = installed;
    }

    /// Writes changed devices.
    ///
    /// @param max maximum number of devices
    void write(int max) {
        DeviceCommitHook installed = hook;
        if (installed != null && installed.requestWrite(max)) {
            store.committer().write(_ -> true); // an empty transaction, to which the hook adds its writes
        }
    }
}
