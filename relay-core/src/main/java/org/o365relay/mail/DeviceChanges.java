package org.o365relay.mail;

import java.util.List;

/// Device changes that are not on disk yet. One writer thread takes the [next][#next] changes and confirms them
/// with [#written]. Changes that were not confirmed are returned again by the next call, with later ones.
public interface DeviceChanges {

    /// @return whether there are unwritten changes
    boolean isPending();

    /// Returns all usage of devices with recipient limits, which must be stored together with the messages
    /// being written, and some of the other changes.
    ///
    /// @param max maximum number of changed records, oldest change first
    /// @return changes in the order to write
    List<DeviceChange> next(int max);

    /// Confirms that the last changes are on disk.
    void written();
}
