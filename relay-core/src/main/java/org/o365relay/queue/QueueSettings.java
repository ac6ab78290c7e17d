package org.o365relay.queue;

import java.nio.file.Path;
import java.time.Duration;

/// Where the queue lives and how much it may take.
///
/// @param directory the data directory; holds the database and the lock file, nothing else of the relay's is
///     there
/// @param freeSpaceFloor octets that must stay free on the file system; below it new mail gets `452 4.3.1`
/// @param maximumSize octets the database may occupy; above it new mail gets `452 4.3.1`
/// @param history how long a settled message's metadata and events are kept
public record QueueSettings(Path directory, long freeSpaceFloor, long maximumSize, Duration history) {}
