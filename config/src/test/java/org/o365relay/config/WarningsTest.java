package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarningsTest {

    private static final String MAILBOX = """
            relay {
              mailboxes = [ {
                address = "relay@contoso.example"
                %s
                credential { %s }
              } ]
            }
            """;
    private static final String FROM_ENVIRONMENT = "password = ${RELAY_PASSWORD}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            connections = 4                        | relay.conf:4: relay.mailboxes[0].connections: Exchange Online allows a mailbox 3 connections at once, over all its programs; use 1 to 3
            upstream { host = mail.x, port = 465 } | relay.conf:4: relay.mailboxes[0].upstream.port: servers speak TLS from the start on port 465; use tls = implicit, or port 587
            """)
    void warnsOfWhatWillNotWorkWell(String mailbox, String warning) throws IOException {
        assertThat(warnings(MAILBOX.formatted(mailbox, FROM_ENVIRONMENT))).containsExactly(warning);
    }

    @Test
    void warnsOfPlainTextOnTheNetwork() throws IOException {
        String upstream = "upstream { host = smarthost, tls = none }";

        assertThat(warnings(MAILBOX.formatted(upstream, "type = none, " + FROM_ENVIRONMENT)))
                .containsExactly(
                        "relay.conf:4: relay.mailboxes[0].upstream.tls: mail to smarthost can be read by anybody on the way",
                        "relay.conf:5: relay.mailboxes[0].credential.password: is not used with type = none; remove it");
    }

    @ParameterizedTest
    @CsvSource({"localhost", "127.1.2.3", "'\"::1\"'"})
    void allowsAPasswordInPlainTextOnThisMachine(String host) throws IOException {
        String upstream = "upstream { host = %s, tls = none }".formatted(host);

        assertThat(warnings(MAILBOX.formatted(upstream, FROM_ENVIRONMENT))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.0/24, false",
        "203.0.112.0/23, true",
        "10.0.0.0/8, false",
        "172.16.0.0/12, false",
        "172.0.0.0/8, true",
        "2001:db8::/48, false",
        "2001:db8::/32, true",
        "fc00::/7, false"
    })
    void warnsOfLargePublicNetworks(String network, boolean warns) throws IOException {
        String text =
                "relay.trusted-networks = [ \"%s\" ]\n".formatted(network) + MAILBOX.formatted("", FROM_ENVIRONMENT);

        List<String> expected = List.of("relay.conf:1: relay.trusted-networks[0]: " + network
                + " is a large range of public addresses; are all of them yours?");
        assertThat(warnings(text)).isEqualTo(warns ? expected : List.of());
    }

    @ParameterizedTest
    @CsvSource({"rw-------, false", "rw-r-----, true", "rw----r--, true"})
    void warnsOfAPasswordFileOthersCanRead(String mode, boolean warns) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "geheim");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));

        List<String> expected = List.of("relay.conf:5: relay.mailboxes[0].credential.password-file: " + secret
                + " can be read by others; do chmod 600 " + secret);
        assertThat(warnings(MAILBOX.formatted("", "password-file = secret"))).isEqualTo(warns ? expected : List.of());
    }

    @Test
    void trustsSystemdToKeepItsCredentialsPrivate() throws IOException {
        Path credentials = Files.createDirectory(directory.resolve("credentials"));
        Path secret = Files.writeString(credentials.resolve("secret"), "geheim");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));

        String credential = "password-file = ${CREDENTIALS_DIRECTORY}/secret";
        assertThat(warnings(MAILBOX.formatted("", credential))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rw-r-----, false", "rw-r--r--, true"})
    void warnsOfAPasswordInAFileEverybodyCanRead(String mode, boolean warns) throws IOException {
        String text = MAILBOX.formatted("", "password = \"geheim\"");
        Path file = Files.writeString(directory.resolve("relay.conf"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        List<String> expected = List.of("relay.conf:5: relay.mailboxes[0].credential.password: everybody on this "
                + "machine can read it; do chmod o-rw relay.conf, or use password-file");
        assertThat(warnings(text)).isEqualTo(warns ? expected : List.of());
    }

    private List<String> warnings(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("relay.conf"), text);
        Map<String, String> environment = Map.of(
                "RELAY_PASSWORD",
                "geheim",
                "CREDENTIALS_DIRECTORY",
                directory.resolve("credentials").toString());
        return switch (new ConfigReader(environment).read(file)) {
            case Configuration.Valid(var settings, var effective, var warnings) ->
                warnings.stream()
                        .map(warning -> warning.toString().replace(directory + "/relay.conf", "relay.conf"))
                        .toList();
            case Configuration.Invalid(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }
}
