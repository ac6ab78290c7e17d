package org.o365relay.accept.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// A certificate for the relay in PEM files, and a client that trusts only this one.
public record RelayCertificate(X509Bundle bundle) {

    public static RelayCertificate fresh(Algorithm algorithm) {
        Instant now = Instant.now();
        return valid(algorithm, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(2)));
    }

    public static RelayCertificate valid(Algorithm algorithm, Instant from, Instant to) {
        try {
            return new RelayCertificate(new CertificateBuilder()
                    .algorithm(algorithm)
                    .subject("CN=relay.test")
                    .addSanDnsName("relay.test")
                    .addSanDnsName("localhost")
                    .setIsCertificateAuthority(true)
                    .notBefore(from)
                    .notAfter(to)
                    .buildSelfSigned());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// Delays the greeting by 50 ms for TLS detection.
    public CertificateFiles in(Path directory) {
        return in(directory, Duration.ofMillis(50));
    }

    public CertificateFiles in(Path directory, Duration detection) {
        CertificateFiles files =
                new CertificateFiles(directory.resolve("relay.pem"), directory.resolve("relay.key"), detection);
        write(files);
        return files;
    }

    public void write(CertificateFiles files) {
        try {
            Files.writeString(files.certificate(), bundle.getCertificatePathPEM());
            Files.writeString(files.key(), bundle.getPrivateKeyPEM());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public SSLContext client() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {bundle.toTrustManager()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
