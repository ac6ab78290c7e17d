package org.o365relay.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;

/// Whether there is room for new mail. Refreshed by the writer after each commit and by the housekeeper; asking
/// is free, so that an event loop may ask.
final class FreeSpace {

    /// Asks the file system; takes about a microsecond.
    @FunctionalInterface
    interface Space {
        /// @return free octets
        long usable() throws IOException;
    }

    private final QueueSettings settings;
    private final Space space;
    private volatile long free;
    private volatile Sqlite.Usage usage = new Sqlite.Usage(0, 0);

    FreeSpace(QueueSettings settings) throws IOException {
        this(settings, Files.getFileStore(settings.directory())::getUsableSpace);
    }

    FreeSpace(QueueSettings settings, Space space) throws IOException {
        this.settings = settings;
        this.space = space;
        this.free = space.usable();
    }

    /// @param size octets of the message to come
    /// @return why it would not fit; empty if it would
    Optional<SpaceShortage> shortageFor(long size) {
        if (free - size < settings.minimumFreeSpace()) {
            return Optional.of(SpaceShortage.DISK);
        }
        return usage.used() + size > settings.maximumSize() ? Optional.of(SpaceShortage.QUEUE) : Optional.empty();
    }

    void measureFree() {
        try {
            free = space.usable();
        } catch (IOException e) {
            free = 0; // a file system that cannot be asked takes no mail
        }
    }

    void used(Sqlite.Usage now) {
        usage = now;
    }

    DiskCapacity capacity() {
        return new DiskCapacity(free, settings.minimumFreeSpace(), usage.used(), settings.maximumSize());
    }

    /// @return octets the database holds and does not need
    long spare() {
        return usage.spare();
    }
}
