package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.config.print.ChangedSetting;
import org.o365relay.config.print.Snapshot;

/// What a reload reports as changed.
class SnapshotTest {

    private static final String SECRET = "correct horse battery";

    private static final String TEXT = """
            relay {
              hostname = "relay.contoso.example"
              listeners = [ { address = "127.0.0.1", port = 2525 } ]
              trusted-networks = [ "10.0.0.0/8", { network = "192.168.10.0/24", messages-per-minute = 30 } ]
              data-directory = "queue"
              mailboxes = [ {
                address = "scan@contoso.example"
                upstream { host = localhost, port = 587 }
                credential { password-file = password.txt }
                send-as = [ "anna@contoso.example", "@fabrikam.example" ]
                fallback = [ { host = fallback.example, credential { username = a, password = b } } ]
              }, {
                address = "erp@contoso.example"
                upstream { host = localhost, port = 587 }
                credential { password = "direct-password" }
              } ]
              pools { office = [ "scan@contoso.example", "erp@contoso.example" ] }
              routing = [ { client = "10.1.2.3", mailbox = "scan@contoso.example" }, { pool = office } ]
              notices.admin = "it@contoso.example"
            }
            """;

    @TempDir
    private Path directory;

    private Snapshot snapshot(String text) throws IOException {
        return Snapshot.of(ReadText.valid(directory, text));
    }

    private List<String> changes(String from, String to) throws IOException {
        Files.writeString(directory.resolve("password.txt"), SECRET);
        assertThat(TEXT).contains(from);
        return snapshot(TEXT).changes(snapshot(TEXT.replace(from, to))).stream()
                .map(SnapshotTest::text)
                .toList();
    }

    private static String text(ChangedSetting change) {
        return change.key().replace("relay.", "") + ": " + change.before() + " -> " + change.after()
                + (change.needsRestart() ? ", restart" : "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            port = 2525         | port = 2526        | listeners: 127.0.0.1:2525 -> null; listeners: null -> 127.0.0.1:2526
            port = 2525         | port = 2525, tls = off | listeners[127.0.0.1:2525].tls: optional -> off
            "10.0.0.0/8",       | "10.0.0.0/8", "172.16.0.0/12", | trusted-networks: null -> 172.16.0.0/12
            "10.0.0.0/8",       | { network = "10.0.0.0/8", message-size = 1MiB }, \
              | trusted-networks[10.0.0.0/8].message-size: 35MiB -> 1MiB
            messages-per-minute = 30 | messages-per-minute = 60 \
              | trusted-networks[192.168.10.0/24].messages-per-minute: 30 -> 60
            host = fallback.example | host = other.example \
              | mailboxes[scan@contoso.example].fallback[0].host: fallback.example -> other.example
            "@fabrikam.example" | "@fabrikam.test"   | mailboxes[scan@contoso.example].send-as: @fabrikam.example -> null; \
            mailboxes[scan@contoso.example].send-as: null -> @fabrikam.test
            direct-password     | another-password   | mailboxes[erp@contoso.example].credential.password: *** -> ***
            password = b        | password = c       \
              | mailboxes[scan@contoso.example].fallback[0].credential.password: *** -> ***
            { pool = office }   | { recipient = "*@x.example", pool = office }, { pool = office } \
              | routing: null -> {pool=office,priority=normal,recipient="*@x.example"}
            office = [ "scan@contoso.example", "erp@contoso.example" ] | office = [ "erp@contoso.example" ] \
              | pools.office: scan@contoso.example -> null
            it@contoso.example  | admin@contoso.example | notices.admin: it@contoso.example -> admin@contoso.example
            notices.admin       | alerts.webhook.url = "https://hooks.example/T0/secret", notices.admin \
              | alerts.webhook.header: null -> Authorization; alerts.webhook.url: null -> ***
            """)
    void namesEachChangedSettingWithItsValues(String from, String to, String changes) throws IOException {
        assertThat(changes(from, to).stream()
                        .filter(change -> !change.startsWith("mailboxes[scan@contoso.example].message")))
                .isEqualTo(List.of(changes.split("; ", -1)));
    }

    @Test
    void marksWhatNeedsARestart() throws IOException {
        assertThat(changes("\"queue\"", "\"other\""))
                .contains(
                        "data-directory: " + directory.resolve("queue") + " -> " + directory.resolve("other")
                                + ", restart",
                        "control.socket: " + directory.resolve("queue/control.sock") + " -> "
                                + directory.resolve("other/control.sock") + ", restart");
    }

    @Test
    void noticesAChangedFileAndShowsNoSecret() throws IOException {
        Path password = Files.writeString(directory.resolve("password.txt"), SECRET);
        Snapshot before = snapshot(TEXT);
        Files.writeString(password, "new password");
        Snapshot after = snapshot(TEXT);

        assertThat(before.changes(before)).isEmpty();
        assertThat(before.changes(after))
                .singleElement()
                .satisfies(change -> assertThat(text(change))
                        .isEqualTo("mailboxes[scan@contoso.example].credential.password: *** -> ***"));
    }

    @Test
    void anUnchangedFileHasNoChanges() throws IOException {
        assertThat(changes("relay {", "relay {")).isEmpty();
    }

    @Test
    void keepsTheValuesThatNeedARestart() throws IOException {
        Files.writeString(directory.resolve("password.txt"), SECRET);
        Snapshot inForce = snapshot(TEXT);
        Path file = Files.writeString(
                directory.resolve("relay.conf"),
                TEXT.replace("\"queue\"", "\"other\"").replace("port = 2525", "port = 2526"));

        Configuration read = new ConfigReader(java.util.Map.of())
                .keeping(inForce.restartValues())
                .read(file);

        assertThat(read).isInstanceOfSatisfying(Configuration.Valid.class, valid -> {
            assertThat(valid.settings().queue().directory()).isEqualTo(directory.resolve("queue"));
            assertThat(valid.control().socket()).isEqualTo(directory.resolve("queue/control.sock"));
            assertThat(inForce.changes(Snapshot.of(valid))).hasSize(2);
        });
    }
}
