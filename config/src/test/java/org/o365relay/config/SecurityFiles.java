package org.o365relay.config;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Valid files `relay.pem`, `relay.key` and `users`: the key belongs to the certificate, and only the relay and
/// its group may read them.
final class SecurityFiles {

    /// The certificate is valid from one day before this time to one day after it.
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T10:00:00Z"));

    static final String USER = "printer:$2y$05$" + "a".repeat(53) + "\n";

    private static final Duration DAY = Duration.ofDays(1);

    /// RSA keys take long to generate.
    private static final Map<String, X509Bundle> APPS = new ConcurrentHashMap<>();

    private SecurityFiles() {}

    static void write(Path directory) throws IOException {
        X509Bundle identity = identity();
        write(directory.resolve("relay.pem"), identity.getCertificatePathPEM());
        write(directory.resolve("relay.key"), identity.getPrivateKeyPEM());
        write(directory.resolve("users"), USER);
    }

    /// Writes `app.pem` and `app.key`, with which a mailbox signs in.
    static X509Bundle writeApp(Path directory, CertificateBuilder.Algorithm algorithm, Duration valid)
            throws IOException {
        X509Bundle app = APPS.computeIfAbsent(algorithm + " " + valid, _ -> certificate("app", algorithm, valid));
        write(directory.resolve("app.pem"), app.getCertificatePathPEM());
        write(directory.resolve("app.key"), app.getPrivateKeyPEM());
        Files.setPosixFilePermissions(directory.resolve("app.key"), PosixFilePermissions.fromString("rw-------"));
        return app;
    }

    /// Generates a certificate for `relay.contoso.example` and its key.
    static X509Bundle identity() {
        return certificate("relay", CertificateBuilder.Algorithm.ecp256, DAY);
    }

    private static X509Bundle certificate(String name, CertificateBuilder.Algorithm algorithm, Duration valid) {
        try {
            return new CertificateBuilder()
                    .algorithm(algorithm)
                    .subject("CN=%s.contoso.example".formatted(name))
                    .setIsCertificateAuthority(true)
                    .notBefore(CLOCK.instant().minus(DAY))
                    .notAfter(CLOCK.instant().plus(valid))
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path path, String text) throws IOException {
        Path file = Files.writeString(path, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }
}
