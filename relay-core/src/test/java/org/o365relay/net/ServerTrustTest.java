package org.o365relay.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.net.ServerTrust.UntrustedCertificateException;

/// Certificates that are not valid at the time of the clock. The clock of the test is right, so the times of
/// the certificates are wrong instead.
class ServerTrustTest {

    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @TempDir
    private Path directory;

    @Test
    void blamesTheClockIfTheCertificateIsNotValidYet() throws Exception {
        Instant from = now.plus(Duration.ofDays(20)).plusSeconds(60);
        X509Bundle authority = authority("authority", now.minus(Duration.ofDays(30)));
        assertThat(failure(issued(authority, from), authority))
                .startsWith("certificate of localhost is not valid yet: the clock of this machine is at least 20 days"
                        + " behind: it says ")
                .endsWith(", but the certificate is valid only from " + from);
    }

    @Test
    void blamesTheClockIfTheWholeChainIsNotValidYetAsIn1970() throws Exception {
        Instant from = now.plus(Duration.ofDays(2000)).plusSeconds(60);
        X509Bundle authority = authority("authority", from.minus(Duration.ofDays(500)));
        X509Bundle intermediate = template(from.minus(Duration.ofDays(300)))
                .setIsCertificateAuthority(true)
                .subject("CN=intermediate")
                .buildIssuedBy(authority);
        assertThat(failure(issued(intermediate, from), authority))
                .contains("the clock of this machine is at least 2,000 days behind: it says ")
                .endsWith(", but the certificate is valid only from " + from);
    }

    @Test
    void namesTheAuthorityOfAnUntrustedCertificateThatIsNotValidYet() throws Exception {
        X509Bundle other = authority("other", now.minus(Duration.ofDays(30)));
        X509Bundle server =
                issued(authority("authority", now.minus(Duration.ofDays(30))), now.plus(Duration.ofHours(3)));
        assertThat(failure(server, other))
                .contains("is not signed by a trusted CA (issuer: CN=authority), or cannot be verified: the clock of"
                        + " this machine is at least ");
    }

    @Test
    void statesTheTimeIfTheCertificateHasExpired() throws Exception {
        X509Bundle authority = authority("authority", now.minus(Duration.ofDays(30)));
        X509Bundle server = template(now.minus(Duration.ofDays(20)))
                .notAfter(now.minus(Duration.ofDays(10)))
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
        assertThat(failure(server, authority))
                .startsWith("certificate of localhost expired on "
                        + now.minus(Duration.ofDays(10)).toString().substring(0, 10)
                        + " (the clock of this machine says " + now.toString().substring(0, 10));
    }

    private static X509Bundle authority(String name, Instant from) throws Exception {
        return template(from)
                .setIsCertificateAuthority(true)
                .subject("CN=" + name)
                .buildSelfSigned();
    }

    private static X509Bundle issued(X509Bundle authority, Instant from) throws Exception {
        return template(from).subject("CN=localhost").addSanDnsName("localhost").buildIssuedBy(authority);
    }

    private static CertificateBuilder template(Instant from) {
        return new CertificateBuilder()
                .algorithm(Algorithm.ecp256)
                .notBefore(from)
                .notAfter(from.plus(Duration.ofDays(4000)));
    }

    /// @return why a client that trusts this authority refuses the server
    private String failure(X509Bundle server, X509Bundle trusted) throws Exception {
        Path pem = Files.writeString(directory.resolve("trusted.pem"), trusted.getCertificatePEM());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(server.toKeyManagerFactory().getKeyManagers(), null, null);
        try (SSLServerSocket listener =
                        (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0);
                SSLSocket client = (SSLSocket) ServerTrust.context("localhost", pem)
                        .getSocketFactory()
                        .createSocket("localhost", listener.getLocalPort())) {
            Thread peer = Thread.ofVirtual().start(() -> {
                try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                    accepted.startHandshake();
                } catch (IOException _) {
                    // the client refuses the certificate
                }
            });
            Exception refused = catchThrowableOfType(SSLException.class, client::startHandshake);
            peer.join();
            UntrustedCertificateException cause =
                    (UntrustedCertificateException) Objects.requireNonNull(refused.getCause());
            return cause.explanation();
        }
    }
}
