package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.SpaceShortage;

/// Decides whether there is disk space for new mail. The writer measures the space after each commit, and the
/// housekeeper measures it every second; reading the result never blocks, so event loops may read it.
public final class FreeSpace {

    /// Measures the free space of the file system, which takes about a microsecond.
    @FunctionalInterface
    public interface Space {
        /// @return number of free bytes
        long usable() throws IOException;
    }

    private final Space space;
    private volatile QueueSettings settings;
    private volatile long free;
    private volatile Dialect.Usage usage = new Dialect.Usage(0, 0);

    FreeSpace(QueueSettings settings) throws IOException {
        this(settings, Files.getFileStore(settings.directory())::getUsableSpace);
    }

    FreeSpace(QueueSettings settings, Space space) throws IOException {
        this.settings = settings;
        this.space = space;
        this.free = space.usable();
    }

    /// Changes the limits. The directory stays the same.
    void use(QueueSettings next) {
        settings = next;
    }

    /// @param size size of the next message in octets; 0 if unknown
    /// @return the kind of space that is short; empty if the message fits
    public Optional<SpaceShortage> shortageFor(long size) {
        if (free - size < settings.minimumFreeSpace()) {
            return Optional.of(SpaceShortage.DISK);
        }
        return usage.used() + size > settings.maximumSize() ? Optional.of(SpaceShortage.QUEUE) : Optional.empty();
    }

    void measureFree() {
        try {
            free = space.usable();
        } catch (IOException e) {
            free = -1; // rejects new mail until the space can be measured again, even if the minimum is 0
        }
    }

    void updateUsage(Dialect.Usage current) {
        usage = current;
    }

    /// @return bytes that content of settled messages may occupy in addition to what it occupies now; negative
    ///     if some of it must be deleted, so that new mail is not rejected because of it
    long headroomForKeptContent() {
        long beforeAlert = settings.maximumSize() / 10 * 8 - usage.used();
        return Math.min(free - settings.minimumFreeSpace(), beforeAlert);
    }

    /// @return how long content of settled messages is kept
    KeepContent keepContent() {
        return settings.keepContent();
    }

    DiskCapacity capacity() {
        return new DiskCapacity(Math.max(0, free), settings.minimumFreeSpace(), usage.used(), settings.maximumSize());
    }

    /// @return bytes of the database that are allocated but not in use
    public long spare() {
        return usage.spare();
    }
}
