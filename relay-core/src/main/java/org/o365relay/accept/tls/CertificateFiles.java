package org.o365relay.accept.tls;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.pem.Pem;

/// The files of the relay's TLS certificate and key, and the timeout of TLS detection. The files are reloaded
/// when they change.
///
/// @param certificate PEM file with the server certificate, then the intermediate certificates
/// @param key PEM file with the private key, in unencrypted PKCS #8
/// @param tlsDetectionTimeout how long the greeting waits for a TLS handshake on a plain-text port; 0 disables TLS
///     detection
public record CertificateFiles(Path certificate, Path key, Duration tlsDetectionTimeout) {

    /// A problem with the files, reported to the admin.
    ///
    /// @param fatal whether the problem prevents the relay from starting
    /// @param text description of the problem, with the file and, if known, the fix
    public record Problem(boolean fatal, String text) {}

    /// @param certificate version of the certificate file; null if it cannot be accessed
    /// @param key version of the key file; null if it cannot be accessed
    record Versions(
            @Nullable FileVersion certificate, @Nullable FileVersion key) {}

    /// @param fileKey identity of the file (on Unix, device and inode), which changes when the file is
    ///     replaced; null if the file system does not support it
    record FileVersion(
            FileTime modified, long size, @Nullable Object fileKey) {}

    /// @param configKey configuration key that names the file
    static Pem read(Path path, String configKey) throws UnusableCertificateException {
        try {
            return Pem.parse(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            throw new UnusableCertificateException(path + " does not exist (" + configKey + ")");
        } catch (AccessDeniedException e) {
            throw new UnusableCertificateException("the relay's user cannot read " + path + " (" + configKey + ")");
        } catch (IOException e) {
            throw new UnusableCertificateException("cannot read " + path + " (" + configKey + "): " + e.getMessage());
        }
    }

    Versions versions() {
        return new Versions(version(certificate), version(key));
    }

    private static @Nullable FileVersion version(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileVersion(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException _) {
            return null; // the cause is reported when the file is read
        }
    }

    /// Reads and checks the files.
    ///
    /// @return the problems found; empty if the files are valid at the time `now`
    public List<Problem> problems(Instant now) {
        try {
            return ServerIdentity.read(this).validityProblem(now).stream()
                    .map(text -> new Problem(false, text))
                    .toList();
        } catch (UnusableCertificateException e) {
            return List.of(new Problem(true, String.valueOf(e.getMessage())));
        }
    }
}
