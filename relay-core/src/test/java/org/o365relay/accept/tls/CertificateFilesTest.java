package org.o365relay.accept.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.o365relay.accept.tls.CertificateFiles.Problem;

/// Faults of the certificate and the key, and the messages about them.
class CertificateFilesTest {

    private final Instant now = Instant.now();

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "ecp256", "ecp384", "ed25519"})
    void acceptsAKeyThatBelongsToTheCertificate(Algorithm algorithm) {
        assertThat(RelayCertificate.fresh(algorithm).in(directory).problems(now))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        RSA PRIVATE KEY       | is in the format PKCS #1, not in PKCS #8; convert it with: openssl pkcs8 -topk8
        EC PRIVATE KEY        | is in the format SEC 1, not in PKCS #8; convert it with: openssl pkcs8 -topk8
        ENCRYPTED PRIVATE KEY | is encrypted; convert it with: openssl
        PUBLIC KEY            | there is no PEM private key in
        """)
    void reportsHowToConvertAKeyInAnotherFormat(String label, String words) throws IOException {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        String key = Files.readString(files.key());
        Files.writeString(files.key(), key.replace("PRIVATE KEY", label));
        assertFatal(files, words, files.key());
    }

    @Test
    void reportsThatAKeyWithAnOldEncryptionHeaderIsEncrypted() throws IOException {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        Files.writeString(files.key(), """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF

            MIIB
            -----END RSA PRIVATE KEY-----
            """);
        assertFatal(files, "is encrypted", files.key());
    }

    @Test
    void reportsThatTheKeyBelongsToAnotherCertificate() throws IOException {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        Files.writeString(
                files.key(), RelayCertificate.fresh(Algorithm.ecp256).bundle().getPrivateKeyPEM());
        assertFatal(files, "does not belong to the first certificate in", files.key());
        Files.writeString(
                files.key(), RelayCertificate.fresh(Algorithm.rsa2048).bundle().getPrivateKeyPEM());
        assertFatal(files, "does not belong to the first certificate in", files.certificate());
    }

    @Test
    void reportsAMissingCertificateFile() throws IOException {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        Files.delete(files.key());
        assertFatal(files, "does not exist (relay.tls.key)", files.key());
        Files.delete(files.certificate());
        assertFatal(files, "does not exist (relay.tls.certificate)", files.certificate());
    }

    @Test
    void reportsAFileWithoutUsableContent() throws IOException {
        CertificateFiles files = RelayCertificate.fresh(Algorithm.ecp256).in(directory);
        String certificate = Files.readString(files.certificate());
        Files.writeString(files.certificate(), "nothing");
        assertFatal(files, "there is no PEM certificate in", files.certificate());
        Files.writeString(files.certificate(), certificate.replaceFirst("MII", "AAA"));
        assertFatal(files, "is damaged", files.certificate());
        Files.writeString(files.certificate(), certificate);
        Files.writeString(files.key(), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assertFatal(files, "is damaged, or neither RSA nor", files.key());
    }

    @Test
    void onlyWarnsAboutAnExpiredCertificate() {
        Instant end = now.minus(Duration.ofDays(3));
        CertificateFiles files = RelayCertificate.valid(Algorithm.ecp256, end.minus(Duration.ofDays(3)), end)
                .in(directory);
        assertThat(files.problems(now)).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isFalse();
            assertThat(problem.text())
                    .contains("expired on", files.certificate().toString());
        });
        assertThat(files.problems(end.minus(Duration.ofDays(1)))).isEmpty();
        assertThat(files.problems(end.minus(Duration.ofDays(9))))
                .extracting(Problem::text)
                .singleElement()
                .asString()
                .contains("is not valid yet: the clock of this machine is at least ");
    }

    private void assertFatal(CertificateFiles files, String words, Path named) {
        assertThat(files.problems(now)).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.text()).contains(words, named.toString());
        });
    }
}
