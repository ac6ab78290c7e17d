package org.o365relay.accept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Looks every now and then whether the relay's certificate or key have been replaced. Looking works everywhere;
/// being told does not, on network file systems and behind the links that certificate tools like to turn.
final class CertificateMonitor implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(5);

    private final CertificateFiles files;
    private final Runnable onChange;
    private final Duration interval;
    private final Thread thread;
    private Snapshot last;

    /// @param onChange runs on a thread of its own
    CertificateMonitor(CertificateFiles files, Runnable whenChanged, Duration interval) {
        this.files = files;
        this.onChange = whenChanged;
        this.interval = interval;
        this.last = snapshot();
        this.thread = Thread.ofVirtual().name("certificate-watch").unstarted(this::watch);
    }

    /// @param certificate null if it cannot be looked at
    /// @param key null if it cannot be looked at
    private record Snapshot(
            @Nullable FileVersion certificate, @Nullable FileVersion key) {}

    /// @param fileKey tells it from another under the same name; null where the file system does not
    private record FileVersion(
            FileTime modified, long size, @Nullable Object fileKey) {}

    void start() {
        thread.start();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(interval);
                Snapshot now = snapshot(); // before reading: what changes meanwhile will be seen the next time
                if (!now.equals(last)) {
                    last = now;
                    onChange.run();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Snapshot snapshot() {
        return new Snapshot(version(files.certificate()), version(files.key()));
    }

    private static @Nullable FileVersion version(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileVersion(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException _) {
            return null; // reading it will say why
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
