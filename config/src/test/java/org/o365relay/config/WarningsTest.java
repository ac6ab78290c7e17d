package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.config.hocon.Problem;

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
    private static final String APP = """
        type = client-secret, tenant = contoso.example, client-id = "b3f1c6b2-0000-4000-8000-000000000001"\
        """;
    private static final String FROM_ENVIRONMENT = APP + ", client-secret = ${RELAY_PASSWORD}";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        limits.connections = 4                 | relay.conf:4: relay.mailboxes[0].limits.connections: Exchange Online allows 3 concurrent connections per mailbox, shared by all its clients; use 1 to 3
        upstream { preset = office365, port = 465 } | relay.conf:4: relay.mailboxes[0].upstream.port: port 465 is for implicit TLS; use tls = implicit, or port 587
        """)
    void warnsOfSettingsThatExchangeDoesNotSupport(String mailbox, String warning) throws IOException {
        assertThat(warnings(MAILBOX.formatted(mailbox, FROM_ENVIRONMENT))).containsExactly(warning);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        credential { password = ${RELAY_PASSWORD} }                                  | credential.type: Microsoft disables passwords for SMTP at the end of December 2026, unless an admin enables them again; switch to OAuth: docs/oauth-smtp.md
        upstream { preset = office365, host = localhost }, credential.password = ${RELAY_PASSWORD}   |
        upstream { host = mail.x }, credential.password = ${RELAY_PASSWORD}                          |
        upstream { host = mail.x, scope = x }, credential.password = ${RELAY_PASSWORD}               | upstream.scope: is not used: only tokens have a scope; remove it
        upstream { host = localhost }, credential { type = managed-identity }         |
        upstream { host = x.y, scope = "api://x/.default" }, credential.type = managed-identity |
        upstream { preset = graph, tls = none }, credential.type = managed-identity   | upstream.tls: is not used with preset = graph; remove it (settings for HTTPS are in relay.http)
        upstream.preset = graph, limits.connections = 5, credential.type = managed-identity | limits.connections: Microsoft Graph allows 4 concurrent requests per app and mailbox; use 1 to 4
        upstream.preset = connector                                                   |
        upstream { preset = connector, tls = none }                                   | upstream.tls: mail to contoso.example is sent unencrypted; use starttls or implicit if the server supports it
        cloud = dod, upstream.preset = high-volume, credential.password = ${RELAY_PASSWORD}          | upstream.preset: high-volume has a known host in the worldwide cloud only; set host
        cloud = dod, upstream { preset = high-volume, host = x.y }, credential.password = ${RELAY_PASSWORD} |
        credential { type = managed-identity, tenant = contoso.example }              | credential.tenant: is not used with type = managed-identity; remove it
        upstream.host = x.y, credential { type = none, username = me }                | credential.username: is not used with type = none; remove it
        credential.type = managed-identity, fallback = [ { preset = high-volume } ]   | fallback[0].preset: high-volume accepts messages of at most 50 recipients; set limits.recipients-per-message = 50 for the mailbox, or larger messages fail there; fallback[0].preset: high-volume accepts messages of at most 10000000 octets; set limits.message-size = 10000000 for the mailbox, or larger messages fail there
        """)
    void warnsOfUnsuitableUpstreamSettings(String mailbox, @Nullable String warnings) throws IOException {
        String text = "relay.mailboxes = [ { address = \"relay@contoso.example\", %s } ]".formatted(mailbox);

        List<String> found = warnings(text).stream()
                .map(line -> line.replace("relay.conf:1: relay.mailboxes[0].", ""))
                .toList();
        assertThat(String.join("; ", found)).isEqualTo(warnings == null ? "" : warnings);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        35MiB |
        36MiB | relay.conf:1: relay.limits.message-size: no mailbox sends messages larger than 35MiB, so larger ones are rejected; if Exchange allows more, raise limits.message-size of the mailbox
        """)
    void warnsIfNoMailboxSendsMessagesOfTheConfiguredSize(String size, @Nullable String warning) throws IOException {
        String text = "relay.limits.message-size = " + size + "\n" + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text)).isEqualTo(warning == null ? List.of() : List.of(warning));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        notices.delay-notice-after = 4h, retry.expire-after = 4h | relay.conf:1: relay.notices.delay-notice-after: is not shorter than retry.expire-after (4h), so no delay notice is sent; use less, or 0s for no delay notices
        notices.delay-notice-after = 4h, retry.expire-after = 5h |
        notices.delay-notice-after = 0s, retry.expire-after = 4h |
        retry.expire-after = 1h                                   |
        """)
    void warnsOfDelayNoticesThatAreNeverSent(String keys, @Nullable String warning) throws IOException {
        String text = "relay { " + keys + " }\n" + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text)).isEqualTo(warning == null ? List.of() : List.of(warning));
    }

    @Test
    void warnsOfMailThatIsSentUnencrypted() throws IOException {
        String upstream = "upstream { host = smarthost, tls = none }";

        assertThat(warnings(MAILBOX.formatted(upstream, "type = none, password = ${RELAY_PASSWORD}")))
                .containsExactly(
                        "relay.conf:4: relay.mailboxes[0].upstream.tls: mail to smarthost is sent unencrypted; use"
                                + " starttls or implicit if the server supports it",
                        "relay.conf:5: relay.mailboxes[0].credential.password: is not used with type = none; remove"
                                + " it");
    }

    @Test
    void warnsOfAnUnencryptedWebhook() throws IOException {
        String webhook = "relay.alerts.webhook.url = \"http://ntfy.contoso.example/geheim\"\n";

        assertThat(warnings(webhook + MAILBOX.formatted("", FROM_ENVIRONMENT)))
                .contains(
                        "relay.conf:1: relay.alerts.webhook.url: is not an https:// URL, so the URL and the alerts can"
                                + " be intercepted; use https:// if the server supports it");
    }

    @ParameterizedTest
    @CsvSource({"localhost", "127.1.2.3", "'\"::1\"'"})
    void allowsAnUnencryptedPasswordOnThisMachine(String host) throws IOException {
        String upstream = "upstream { host = %s, tls = none }".formatted(host);

        assertThat(warnings(MAILBOX.formatted(upstream, "password = ${RELAY_PASSWORD}")))
                .isEmpty();
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
                + " is a large public network; check that all of its addresses are yours");
        assertThat(warnings(text)).isEqualTo(warns ? expected : List.of());
    }

    @ParameterizedTest
    @CsvSource({"rw-------, false", "rw-r-----, true", "rw----r--, true"})
    void warnsOfASecretFileThatOthersCanRead(String mode, boolean warns) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "geheim");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));

        List<String> expected = List.of("relay.conf:5: relay.mailboxes[0].credential.client-secret-file: " + secret
                + " can be read by other users; run: chmod 600 " + secret);
        assertThat(warnings(MAILBOX.formatted("", APP + ", client-secret-file = secret")))
                .isEqualTo(warns ? expected : List.of());
    }

    @Test
    void doesNotWarnOfThePermissionsOfSystemdCredentials() throws IOException {
        Path credentials = Files.createDirectory(directory.resolve("credentials"));
        Path secret = Files.writeString(credentials.resolve("secret"), "geheim");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("r--r-----"));

        String credential = APP + ", client-secret-file = ${CREDENTIALS_DIRECTORY}/secret";
        assertThat(warnings(MAILBOX.formatted("", credential))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"rw-r-----, false", "rw-r--r--, true"})
    void warnsOfASecretInAWorldReadableConfiguration(String mode, boolean warns) throws IOException {
        String text = MAILBOX.formatted("", APP + ", client-secret = \"geheim\"");
        Path file = Files.writeString(directory.resolve("relay.conf"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

        List<String> expected = List.of(
                "relay.conf:5: relay.mailboxes[0].credential.client-secret: all users of this machine can read it;"
                        + " run: chmod o-rw relay.conf, or use client-secret-file");
        assertThat(warnings(text)).isEqualTo(warns ? expected : List.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        trusted-networks = [ { network = "10.0.0.0/23", tolerance = legacy } ]   | trusted-networks[0].tolerance: legacy is for single devices, but 10.0.0.0/23 is large; list the devices that need it
        trusted-networks = [ { network = "10.0.0.0/24", tolerance = legacy } ]   |
        trusted-networks = [ { network = "127.0.0.0/8", tolerance = legacy } ]   |
        trusted-networks = [ { network = "fd00::/48", tolerance = legacy } ]     | trusted-networks[0].tolerance: legacy is for single devices, but fd00:0:0:0:0:0:0:0/48 is large; list the devices that need it
        trusted-network-defaults.tolerance = legacy                              |
        trusted-networks = [ { network = "10.0.0.7", old-tls = true } ]          | trusted-networks[0].old-tls: has no effect without a certificate (relay.tls.certificate)
        sender-rules = [ { deny = "*" }, { allow = "a@b.example" } ]             | sender-rules[1]: is never reached: an earlier rule matches everything
        recipient-rules = [ { allow = "a@b.example", reason = "why" } ]          | recipient-rules[0].reason: is not used with allow; remove it
        listeners = [ { socket = "@relay", socket-mode = "0600" } ]              | listeners[0].socket-mode: is not used: all users of this machine may connect to an abstract socket
        listeners = [ { address = "0.0.0.0", tls = optional } ]                  |
        limits.connections = 10000                                               | limits.connections: 10000 connections take about 273 MiB, more than half of the 128 MiB of memory; use at most 2340, or raise -Xmx in jvm.options
        limits.connections = 2340                                                |
        alerts.command = [ "/nowhere/alert" ]                                    | alerts.command: /nowhere/alert cannot be executed; check its path and its permissions
        alerts.command = [ "/bin/sh", "-c", "exit 0" ]                           |
        alerts.smtp { host = x.y, tls = none, from = "a@x.y", to = "b@x.y" }     | alerts.smtp.tls: alerts to x.y are sent unencrypted; use starttls or implicit if the server supports it
        alerts.smtp { host = localhost, tls = none, from = "a@x.y", to = "b@x.y", username = u, password = ${RELAY_PASSWORD} } |
        alerts.smtp { host = x.y, from = "a@x.y", to = "b@x.y" }                 |
        control.group = relay-admins                                             | control.group: its members cannot reach /var/lib/o365-relay/control.sock: only the relay's user can access the data-directory; set socket, for example to /run/o365-relay/control.sock
        control { group = relay-admins, socket = "/run/o365-relay/c.sock" }      |
        """)
    void warnsOfLikelyMistakes(String line, @Nullable String warning) throws IOException {
        String text = "relay." + line + "\n" + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text)).isEqualTo(warning == null ? List.of() : List.of("relay.conf:1: relay." + warning));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        allow-without-tls = true  | tls = optional | `10.0.0.0/8`  | clients in 10.0.0.0/8 may send passwords to 127.0.0.1:2525 unencrypted; use tls = required there if they support TLS
        allow-without-tls = true  | tls = off      | `10.0.0.0/8`  | clients in 10.0.0.0/8 may send passwords to 127.0.0.1:2525 unencrypted; use tls = required there if they support TLS
        allow-without-tls = true  | tls = required | `10.0.0.0/8`  |
        allow-without-tls = true  | tls = optional | `127.0.0.0/8` |
        allow-without-tls = false | tls = optional | `10.0.0.0/8`  |
        allow-without-tls = false | tls = off      | `10.0.0.0/8`  | clients in 10.0.0.0/8 must log in at 127.0.0.1:2525, but cannot: it offers no TLS, and logins without TLS are not allowed; set relay.tls.certificate, or allow-without-tls = true
        """)
    void warnsOfUnencryptedAndImpossibleLogins(String auth, String tls, String network, @Nullable String warning)
            throws IOException {
        SecurityFiles.write(directory);
        String text = """
            relay.auth { %s, users-file = users }
            relay.tls { certificate = relay.pem, key = relay.key }
            relay.listeners = [ { %s } ]
            relay.trusted-networks = [ { network = "%s", auth = required } ]
            """.formatted(auth, tls, network) + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text))
                .isEqualTo(
                        warning == null
                                ? List.of()
                                : List.of("relay.conf:1: relay.auth.allow-without-tls: " + warning));
    }

    @Test
    void countsMoreMemoryForConnectionsWithTls() throws IOException {
        SecurityFiles.write(directory);
        String text = "relay.limits.connections = 1100\nrelay.tls { certificate = relay.pem, key = relay.key }\n"
                + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text))
                .containsExactly("relay.conf:1: relay.limits.connections: 1100 connections with TLS take about 81 MiB,"
                        + " more than half of the 128 MiB of memory; use at most 862, or raise -Xmx in"
                        + " jvm.options");
    }

    @Test
    void warnsOfOldTlsAndOfAWorldReadableKey() throws IOException {
        SecurityFiles.write(directory);
        Path key = directory.resolve("relay.key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        String text = "relay.tls { certificate = relay.pem, key = relay.key }\n"
                + "relay.trusted-network-defaults.old-tls = true\n" + MAILBOX.formatted("", FROM_ENVIRONMENT);

        assertThat(warnings(text))
                .containsExactly(
                        "relay.conf:1: relay.tls.key: all users of this machine can read " + key + "; run: chmod o-rw "
                                + key,
                        "relay.conf:2: relay.trusted-network-defaults.old-tls: TLS 1.0 and 1.1 are insecure; allow"
                                + " them only for devices that support nothing newer");
    }

    private List<String> warnings(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("relay.conf"), text);
        Map<String, String> environment = Map.of(
                "RELAY_PASSWORD",
                "geheim",
                "CREDENTIALS_DIRECTORY",
                directory.resolve("credentials").toString());
        return switch (new ConfigReader(
                        environment, Path.of("/proc/sys/kernel/hostname"), 128 << 20, SecurityFiles.CLOCK)
                .read(file)) {
            case Configuration.Valid(var resolved, var warnings) ->
                warnings.stream()
                        .map(warning -> warning.toString().replace(directory + "/relay.conf", "relay.conf"))
                        .toList();
            case Configuration.Invalid(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }
}
