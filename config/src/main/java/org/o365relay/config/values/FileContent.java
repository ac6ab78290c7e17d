package org.o365relay.config.values;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Set;
import org.o365relay.config.hocon.Parsed;
import org.o365relay.config.hocon.ValueParser;

/// Reads and checks configuration files and the files that they name.
public final class FileContent {

    private static final int MAX_SIZE = 1 << 20;
    private static final String PEM = "it must be a PEM file (-----BEGIN CERTIFICATE-----)";

    private FileContent() {}

    /// Parses a path. Relative paths are resolved against the directory of the configuration file.
    public static ValueParser<Path> path(Path directory) {
        return TextValues.ANY.then(text -> {
            try {
                return new Parsed.Ok<>(directory.resolve(text).normalize());
            } catch (InvalidPathException invalid) {
                return new Parsed.Invalid<>(TextValues.quoted(text) + " is not a path");
            }
        });
    }

    /// Parses the path of an existing, readable file.
    public static ValueParser<Path> readable(Path directory) {
        return path(directory).then(file -> read(file).then(content -> new Parsed.Ok<>(file)));
    }

    /// Parses the path of a file with at least one X.509 certificate, normally PEM.
    public static ValueParser<Path> certificates(Path directory) {
        return path(directory).then(FileContent::checkCertificates);
    }

    /// @return the file; invalid if it cannot be read or contains no certificate
    public static Parsed<Path> checkCertificates(Path file) {
        return read(file).then(content -> checkCertificates(file, content));
    }

    /// @return the content; invalid if the file is a directory, unreadable or larger than 1 MiB
    public static Parsed<byte[]> read(Path file) {
        if (Files.isDirectory(file)) {
            return new Parsed.Invalid<>(file + " is a directory; set a file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_SIZE + 1);
            return content.length <= MAX_SIZE
                    ? new Parsed.Ok<>(content)
                    : new Parsed.Invalid<>(file + " is larger than 1 MiB; check the path");
        } catch (IOException unreadable) {
            return new Parsed.Invalid<>(failure(file, unreadable));
        }
    }

    static String failure(Path file, IOException unreadable) {
        return switch (unreadable) {
            case NoSuchFileException missing -> file + " does not exist; create it or correct the path";
            case AccessDeniedException denied -> file + " is not readable by this user; correct its permissions";
            case IOException other -> file + " cannot be read: " + other.getMessage();
        };
    }

    /// @return whether the file has one of these permissions; false if its permissions cannot be read
    public static boolean grants(Path file, PosixFilePermission... permissions) {
        try {
            Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
            return Arrays.stream(permissions).anyMatch(granted::contains);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false; // harmless: the result is used only for warnings
        }
    }

    private static Parsed<Path> checkCertificates(Path file, byte[] content) {
        try {
            boolean any = !CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(content))
                    .isEmpty();
            return any ? new Parsed.Ok<>(file) : new Parsed.Invalid<>(file + " contains no certificate; " + PEM);
        } catch (CertificateException damaged) {
            return new Parsed.Invalid<>(file + " cannot be read as certificates; " + PEM);
        }
    }
}
