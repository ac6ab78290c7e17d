package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.config.hocon.Problem;

/// The content of the files is checked before the relay starts, not when the first device connects.
class SecurityFilesTest {

    private static final String TEXT = """
        relay.tls {
          certificate = relay.pem
          key = relay.key
        }
        relay.auth.users-file = users
        relay.mailboxes = [ { address = "relay@contoso.example", upstream.preset = high-volume
          credential { type = password, password = ${RELAY_PASSWORD} } } ]
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeEach
    void write() throws IOException {
        SecurityFiles.write(directory);
    }

    @Test
    void doesNotWarnOfValidFiles() throws IOException {
        assertThat(warnings(SecurityFiles.CLOCK)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        not a key                                                                        | there is no PEM private key in relay.key (relay.tls.key); a key starts with -----BEGIN PRIVATE KEY-----
        -----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n                     | the key in relay.key (relay.tls.key) is damaged, or neither RSA nor EC; inspect it with: openssl pkey -noout -text -in relay.key
        -----BEGIN EC PRIVATE KEY-----\\nAAAA\\n-----END EC PRIVATE KEY-----\\n               | the key in relay.key is in the format SEC 1, not in PKCS #8; convert it with: openssl pkcs8 -topk8 -nocrypt -in relay.key -out key-pkcs8.pem, and set relay.tls.key to the new file
        """)
    void rejectsAnUnusableKey(String content, String reason) throws IOException {
        Files.writeString(directory.resolve("relay.key"), content.replace("\\n", "\n"));

        assertThat(problems()).containsExactly("relay.conf:3: relay.tls.key: " + reason);
    }

    @Test
    void rejectsTheKeyOfAnotherCertificate() throws IOException {
        Files.writeString(
                directory.resolve("relay.key"), SecurityFiles.identity().getPrivateKeyPEM());

        assertThat(problems())
                .containsExactly("relay.conf:3: relay.tls.key: the key in relay.key does not belong to the first"
                        + " certificate in relay.pem, which is for CN=relay.contoso.example; set relay.tls.key to its"
                        + " key, and put the relay's own certificate before those of its issuers");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
         2 | expired on 2026-11-22T10:00:00Z; devices that verify it cannot send. Replace the certificate
        -2 | is not valid yet: the clock of this machine is at least 24 h behind: it says 2026-11-19T10:00:00Z, but the certificate is valid only from 2026-11-20T10:00:00Z; devices that verify it cannot send. Set the clock or replace the certificate
        """)
    void warnsOfACertificateThatIsNotValidToday(int days, String reason) throws IOException {
        InstantSource clock = InstantSource.offset(SecurityFiles.CLOCK, Duration.ofDays(days));

        assertThat(warnings(clock))
                .containsExactly("relay.conf:2: relay.tls.certificate: the certificate in relay.pem " + reason);
    }

    @Test
    void reportsEveryInvalidLineOfTheUsersFileWithoutItsHash() throws IOException {
        Files.writeString(
                directory.resolve("users"), SecurityFiles.USER + "# fax\nfax\nscanner:geheim\n" + SecurityFiles.USER);

        assertThat(problems())
                .containsExactly(
                        "relay.conf:5: relay.auth.users-file: users line 3: expected name:hash, as htpasswd -B writes"
                                + " it",
                        "relay.conf:5: relay.auth.users-file: users line 4: no bcrypt hash after the name, as htpasswd"
                                + " -B writes it",
                        "relay.conf:5: relay.auth.users-file: users line 5: duplicate user name");
    }

    private List<String> problems() throws IOException {
        return switch (read(SecurityFiles.CLOCK)) {
            case Configuration.Invalid(List<Problem> problems) -> lines(problems);
            case Configuration.Valid valid -> throw new AssertionError("nothing is wrong: " + valid);
        };
    }

    private List<String> warnings(InstantSource clock) throws IOException {
        return switch (read(clock)) {
            case Configuration.Valid valid -> lines(valid.warnings());
            case Configuration.Invalid(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private Configuration read(InstantSource clock) throws IOException {
        Path file = Files.writeString(directory.resolve("relay.conf"), TEXT);
        Map<String, String> environment = Map.of("RELAY_PASSWORD", "geheim");
        return new ConfigReader(environment, directory.resolve("hostname"), 128 << 20, clock).read(file);
    }

    private List<String> lines(List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.toString().replace(directory + "/", ""))
                .toList();
    }
}
