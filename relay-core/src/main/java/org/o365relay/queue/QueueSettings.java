package org.o365relay.queue;

import java.nio.file.Path;
import java.time.Duration;

/// Where the queue lives and how much it may take.
///
/// @param directory the data directory; holds the database, the lock file, and what was kept of the database
/// @param minimumFreeSpace octets that must stay free on the file system; below it new mail gets `452 4.3.1`
/// @param maximumSize octets the database may occupy; above it new mail gets `452 4.3.1`
/// @param history how long a settled message's metadata and events are kept
/// @param longestWait a message that is not on hold never has to wait longer for its next attempt, unless the clock was
///     far ahead for a while
public record QueueSettings(
        Path directory, long minimumFreeSpace, long maximumSize, Duration history, Duration longestWait) {

    /// With the longest wait there is for any retry schedule that can be configured.
    public QueueSettings(Path directory, long freeSpaceFloor, long maximumSize, Duration history) {
        this(directory, freeSpaceFloor, maximumSize, history, Duration.ofDays(70));
    }

    /// @return the same, with another longest wait
    public QueueSettings withLongestWait(Duration longest) {
        return new QueueSettings(directory, minimumFreeSpace, maximumSize, history, longest);
    }
}
