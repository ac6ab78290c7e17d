package org.o365relay.mail;

import java.util.List;

/// What has changed of the devices and is not on disk yet. Whoever keeps it asks, in one thread, for what is
/// [#next], and says when that has been [#written]; if it does not say so before it asks again, it gets the
/// same once more, and what came after.
public interface DeviceChanges {

    /// @return whether something is not on disk yet
    boolean isPending();

    /// What must be kept together with the messages being written comes at once: spending of devices that have
    /// a budget. The rest can wait.
    ///
    /// @param most how many devices whose record has changed to give besides, those that changed first
    /// @return to be written in this order
    List<DeviceChange> next(int most);

    /// What was given last is on disk.
    void written();
}
