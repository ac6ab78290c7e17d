package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.SandboxLimits.ExcessAction;
import org.o365relay.sandbox.settings.SandboxLimits.Rate;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// Several mailboxes: those that share a load, and rules that say which mail is whose and what goes first. A minute
/// of Microsoft's takes a second.
@Timeout(60)
final class PoolTest {

    private static final String ONE = "scan1@contoso.example";
    private static final String TWO = "scan2@contoso.example";
    private static final String THREE = "alarm@contoso.example";
    private static final int A_MINUTE = 60 * 30;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws IOException {
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(
                                office,
                                new SandboxMailbox(ONE, ConfigText.PASSWORD),
                                new SandboxMailbox(TWO, ConfigText.PASSWORD),
                                new SandboxMailbox(THREE, ConfigText.PASSWORD))
                        .tenant(tenant -> tenant.withTimeScale(60)
                                .limits(_ -> SandboxLimits.MICROSOFT.with(new Rate(30, ExcessAction.COUNT)))));
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void distributesABurstAmongTheMailboxesOfAPool() throws Exception {
        relay.start(mailboxes(limited(ONE), limited(TWO)), pool());
        burst(90);

        List<AcceptedMessage> arrived = relay.received(90);

        Map<String, Long> shares =
                arrived.stream().collect(Collectors.groupingBy(AcceptedMessage::user, Collectors.counting()));
        assertThat(shares.get(ONE)).isBetween(30L, 60L);
        assertThat(shares.get(TWO)).isBetween(30L, 60L);
        assertThat(arrived).extracting(AcceptedMessage::subject).doesNotHaveDuplicates();
        assertThat(arrived).allSatisfy(message -> assertThat(message.from()).contains(message.user()));
        assertThat(relay.journal().events()).doesNotContain("throttled", "deferred", "failed", "blocked");
    }

    @Test
    void sendsThroughTheOtherMailboxWhileOneIsBlocked() throws Exception {
        relay.with("auth/" + ONE + ":535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.")
                .start(mailboxes(limited(ONE), limited(TWO)), pool());
        burst(20);

        List<AcceptedMessage> arrived = relay.received(20);

        assertThat(arrived).extracting(AcceptedMessage::user).containsOnly(TWO);
        assertThat(relay.journal().await("blocked", 1))
                .singleElement()
                .asString()
                .contains(ONE);
        assertThat(relay.journal().await("delivered", 20))
                .allSatisfy(line -> assertThat(line).contains("attempt 1:"));

        relay.office().faults().clear();

        relay.journal().await("unblocked " + ONE, 1);
    }

    @Test
    void appliesTheFirstMatchingRoutingRule() throws Exception {
        relay.start(mailboxes(free(ONE), free(TWO), free(THREE)), """
                relay.routing = [
                  { client = "192.0.2.0/24", mailbox = "%1$s" }
                  { from = "alarm@*", mailbox = "%3$s" }
                  { sender = "erp@contoso.example", mailbox = "%2$s" }
                  { client = "127.0.0.0/8", recipient = "@partner.example", mailbox = "%2$s" }
                ]
                """.formatted(ONE, TWO, THREE));
        try (Device device = relay.device()) {
            device.send("by none", "ann@example.org");
            device.sendFrom("scan@contoso.example", from("alarm@ups.example", "by its author"), "ann@example.org");
            device.sendFrom("erp@contoso.example", from("erp@contoso.example", "by its sender"), "ann@example.org");
            device.send("by recipient", "bob@partner.example");
            device.send("divided", "ann@example.org", "bob@partner.example", "eve@example.org");
        }

        List<AcceptedMessage> arrived = relay.received(6);

        assertThat(arrived)
                .extracting(message -> message.subject() + ": " + message.user() + " to " + message.envelopeTo())
                .containsExactlyInAnyOrder(
                        "by none: " + ONE + " to [ann@example.org]",
                        "by its author: " + THREE + " to [ann@example.org]",
                        "by its sender: " + TWO + " to [ann@example.org]",
                        "by recipient: " + TWO + " to [bob@partner.example]",
                        "divided: " + ONE + " to [ann@example.org, eve@example.org]",
                        "divided: " + TWO + " to [bob@partner.example]");
    }

    @Test
    void deliversUrgentMailFirst() throws Exception {
        relay.start(mailboxes(limited(ONE)), "relay.routing = [ { from = \"alarm@*\", priority = urgent } ]");
        burst(60);
        try (Device device = relay.device()) {
            device.sendFrom("ups@contoso.example", from("alarm@ups.example", "fire"), "ann@example.org");
        }

        List<String> subjects =
                relay.received(61).stream().map(AcceptedMessage::subject).toList();

        assertThat(subjects.indexOf("fire")).isLessThan(55);
        assertThat(subjects).last().isNotEqualTo("fire");
    }

    private void burst(int count) throws IOException {
        try (Device device = relay.device()) {
            for (int i = 0; i < count; i++) {
                device.send("message " + i, "ann@example.org");
            }
        }
    }

    private static String from(String author, String subject) {
        return "From: " + author + "\r\nSubject: " + subject + "\r\n\r\ntext\r\n";
    }

    private static String pool() {
        return "relay.pools { scanners = [ \"" + ONE + "\", \"" + TWO + "\" ] }\n"
                + "relay.routing = [ { pool = scanners } ]";
    }

    private String mailboxes(String... mailboxes) {
        return ConfigText.mailboxes(relay.office(), mailboxes);
    }

    /// Two connections, and 30 messages in a minute of the sandbox.
    private String limited(String address) {
        return free(address) + "limits { messages-per-minute = " + A_MINUTE + " }\n";
    }

    private String free(String address) {
        return ConfigText.address(address) + ConfigText.smtp(relay.office()) + ConfigText.password();
    }
}
