package org.o365relay.queue;

import java.nio.file.Path;
import java.time.Duration;

/// Location and limits of the queue.
///
/// @param directory the data directory, which contains the database, the lock file and copies of the database
/// @param minimumFreeSpace octets that must stay free on the file system; mail that would leave fewer is
///     rejected with `452 4.3.1`
/// @param maximumSize octets the database may occupy; mail that would make it larger is rejected with `452
///     4.3.1`
/// @param history how long the metadata and events of a message are kept after it is settled
/// @param longestWait maximum time until the next attempt for a message that is not on hold. A due time further
///     in the future is wrong and is corrected at the start; a start advances the clock of the queue by at most
///     this time
public record QueueSettings(
        Path directory, long minimumFreeSpace, long maximumSize, Duration history, Duration longestWait) {

    /// Creates settings with a longest wait of 70 days, which no configurable retry schedule exceeds.
    public QueueSettings(Path directory, long minimumFreeSpace, long maximumSize, Duration history) {
        this(directory, minimumFreeSpace, maximumSize, history, Duration.ofDays(70));
    }

    /// @return a copy of these settings with this longest wait
    public QueueSettings withLongestWait(Duration longest) {
        return new QueueSettings(directory, minimumFreeSpace, maximumSize, history, longest);
    }
}
