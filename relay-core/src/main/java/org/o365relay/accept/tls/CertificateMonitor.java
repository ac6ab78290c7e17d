package org.o365relay.accept.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.time.RepeatingTask;

/// Polls the certificate and key files for changes. Polling, unlike a WatchService, also works on network file
/// systems and with the symbolic links that certificate tools replace.
public final class CertificateMonitor implements AutoCloseable {

    public static final Duration INTERVAL = Duration.ofSeconds(5);

    private final CertificateFiles files;
    private final Runnable onChange;
    private final RepeatingTask polling;
    private Snapshot last;

    /// @param onChange action to run after a change, on the thread of the monitor
    CertificateMonitor(CertificateFiles files, Runnable onChange, Duration interval) {
        this.files = files;
        this.onChange = onChange;
        this.last = snapshot();
        this.polling = new RepeatingTask("certificate-monitor", interval, interval, this::poll);
    }

    /// @param certificate version of the certificate file; null if it cannot be accessed
    /// @param key version of the key file; null if it cannot be accessed
    private record Snapshot(
            @Nullable FileVersion certificate, @Nullable FileVersion key) {}

    /// @param fileKey identifies the file behind the name, on Unix by its inode; null if unsupported
    private record FileVersion(
            FileTime modified, long size, @Nullable Object fileKey) {}

    void start() {
        polling.start();
    }

    private void poll() {
        Snapshot current = snapshot(); // taken before reading: the next poll notices a change during the read
        if (!current.equals(last)) {
            last = current;
            onChange.run();
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
            return null; // the cause is reported when the file is read
        }
    }

    @Override
    public void close() {
        polling.interrupt();
        polling.stop(Duration.ZERO);
    }
}
