package org.o365relay.mail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/// A file with one secret, cached until the file changes.
final class SecretFile {

    /// Identifies a version of the file; a file that replaces it has a different key (on Unix, device and
    /// inode).
    private record Version(
            FileTime modified, long size, @Nullable Object key) {
        static Version of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    private final Path path;
    private Version version;
    private String value;

    SecretFile(Path path) throws IOException {
        this.path = path;
        this.version = Version.of(path);
        this.value = read(path);
    }

    Path path() {
        return path;
    }

    synchronized String value() {
        try {
            Version now = Version.of(path);
            if (!now.equals(version)) {
                value = read(path);
                version = now;
            }
        } catch (IOException _) {
            return value; // once the server no longer accepts the old secret, the sign-in fails and is reported
        }
        return value;
    }

    private static String read(Path path) throws IOException {
        return Files.readString(path).replaceFirst("[\r\n]+$", "");
    }
}
