package org.o365relay.mail;

import java.util.List;

/// Device changes that are not on disk yet. One writer thread takes the [next][#next] changes and confirms them
/// with [#written]. Changes that were not confirmed are returned again by the next call, together with later
/// ones.
public interface DeviceChanges {

    /// @return whether there are unwritten changes
    boolean isPending();

    /// Returns all removals, all changed usage, and at most `max` changed records. The usage must be stored in
    /// the same transaction as the messages that are being written.
    ///
    /// @param max maximum number of changed records; the records that changed first are returned first
    /// @return changes in the order in which they must be written
    List<DeviceChange> next(int max);

    /// Confirms that the changes returned by [#next] are on disk.
    void written();
}
