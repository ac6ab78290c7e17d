package org.o365relay.queue;

import java.nio.file.Path;
import java.time.Duration;

/// Location and limits of the queue.
///
/// @param directory the data directory, which contains the database, the lock file and copies of the database
/// @param minimumFreeSpace bytes that must stay free on the file system; mail that would leave fewer is
///     rejected with `452 4.3.1`
/// @param maximumSize bytes the database may occupy; mail that would make it larger is rejected with `452
///     4.3.1`
/// @param history how long the metadata and events of a message are kept after it is settled
/// @param keepContent how long the content of a message is kept after it is settled
/// @param longestWait maximum time until the next attempt for a message that is not on hold. A due time further
///     in the future is wrong and is corrected at startup; startup advances the clock of the queue by at most
///     this time
public record QueueSettings(
        Path directory,
        long minimumFreeSpace,
        long maximumSize,
        Duration history,
        KeepContent keepContent,
        Duration longestWait) {

    /// Creates settings that keep no content of settled messages, with a longest wait of 70 days, which no
    /// configurable retry schedule exceeds.
    public QueueSettings(Path directory, long minimumFreeSpace, long maximumSize, Duration history) {
        this(directory, minimumFreeSpace, maximumSize, history, KeepContent.NOTHING, Duration.ofDays(70));
    }

    /// @return a copy of these settings that keeps content for this time
    public QueueSettings withKeepContent(KeepContent keep) {
        return new QueueSettings(directory, minimumFreeSpace, maximumSize, history, keep, longestWait);
    }

    /// @return a copy of these settings with this longest wait
    public QueueSettings withLongestWait(Duration longest) {
        return new QueueSettings(directory, minimumFreeSpace, maximumSize, history, keepContent, longest);
    }

    /// How long the content of settled messages is kept, so that it can be shown and sent again. It is deleted
    /// earlier if its message is deleted from the history or if the space is needed.
    ///
    /// @param failed for messages with a failed recipient; zero to delete their content at once
    /// @param delivered for messages delivered to every recipient; zero to delete their content at once
    /// @param maximumSize bytes that the content of settled messages may occupy; if there is more, the content
    ///     whose time ends first is deleted. Content shared by several messages counts for each of them
    public record KeepContent(Duration failed, Duration delivered, long maximumSize) {

        /// Deletes the content of every message when it is settled.
        public static final KeepContent NOTHING = new KeepContent(Duration.ZERO, Duration.ZERO, 0);
    }
}
