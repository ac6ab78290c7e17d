package org.o365relay.queue;

import java.nio.file.Path;
import java.time.Duration;

/// Location and limits of the queue.
///
/// @param directory the data directory; contains the database, the lock file and copies of the database
/// @param minimumFreeSpace octets that must stay free on the file system; mail that would leave less gets `452
///     4.3.1`
/// @param maximumSize octets the database may occupy; mail that would make it larger gets `452 4.3.1`
/// @param history how long a settled message's metadata and events are kept
/// @param longestWait the longest time to the next attempt of a message that is not on hold; a later due time
///     is wrong and means that the clock was ahead
public record QueueSettings(
        Path directory, long minimumFreeSpace, long maximumSize, Duration history, Duration longestWait) {

    /// Settings with the longest wait that any configurable retry schedule allows.
    public QueueSettings(Path directory, long minimumFreeSpace, long maximumSize, Duration history) {
        this(directory, minimumFreeSpace, maximumSize, history, Duration.ofDays(70));
    }

    /// @return these settings with another longest wait
    public QueueSettings withLongestWait(Duration longest) {
        return new QueueSettings(directory, minimumFreeSpace, maximumSize, history, longest);
    }
}
