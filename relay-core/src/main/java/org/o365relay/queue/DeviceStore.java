package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.DeviceChanges;
import org.o365relay.mail.DeviceRecord;

/// Stores the devices with their counters.
public interface DeviceStore {

    /// @return the stored devices, in any order; devices whose rows are damaged are left out. If the devices
    ///     cannot be read, the error is logged and the list is empty, so that mail is not affected
    List<DeviceRecord> all();

    /// Persists device changes from now on. Usage that counts against a limit is stored in the same transaction
    /// as the message; other changes are stored every few seconds and when the queue is closed. If the tables
    /// of the devices are damaged, the error is logged, and mail is accepted and delivered without them.
    void startPersisting(DeviceChanges changes);
}
