package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// Mail is changed as the rewriting rules say, by SMTP and by Graph.
@Timeout(60)
final class RewriteRulesTest {

    private static final String RULES = """
        relay.rewrite-rules = [
          { sender = "erp@*", from-name = "ERP test", reply-to = "helpdesk@contoso.example", subject-prefix = "[Test]" }
          { sender = "erp@*", recipient = "@contoso.example", redirect-recipient = none }
          { sender = "erp@*", redirect-recipient = "test@contoso.example" }
          { add-recipient = "archive@contoso.example" }
        ]
        """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new RelayFixture(
                directory, RelayFixture.whole(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD)));
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noMailOfATestSystemReachesACustomer(boolean graph) throws Exception {
        start(graph);
        try (Device device = relay.device()) {
            device.sendFrom(
                    "erp@contoso.example",
                    "From: erp@contoso.example\r\nTo: Ann <ann@customer.example>\r\nSubject: Invoice\r\n\r\ntext\r\n",
                    "ann@customer.example",
                    "bob@customer.example");
        }

        List<AcceptedMessage> arrived = relay.received(2);

        AcceptedMessage redirected = to("test@contoso.example", arrived);
        MimeMessage message = parsed(redirected);
        assertThat(message.getSubject()).isEqualTo("[Test] Invoice");
        assertThat(message.getHeader("From", null)).isEqualTo("ERP test <relay@contoso.example>");
        assertThat(message.getHeader("Reply-To", null)).contains("helpdesk@contoso.example");
        assertThat(message.getHeader("X-Original-To", null)).isEqualTo("ann@customer.example, bob@customer.example");
        assertThat(new String(redirected.content(), UTF_8)).doesNotContain("archive@contoso.example");
        AcceptedMessage copy = to("archive@contoso.example", arrived);
        assertThat(parsed(copy).getSubject()).isEqualTo("[Test] Invoice");
        assertThat(new String(copy.content(), UTF_8))
                .doesNotContain("X-Original-To", "bob@customer.example", "test@contoso.example");
    }

    @Test
    void ownRecipientsDoNotSeeWhoseMailWasRedirected() throws Exception {
        start(false);
        try (Device device = relay.device()) {
            device.sendFrom(
                    "erp@contoso.example", Device.message("Invoice"), "eve@contoso.example", "ann@customer.example");
        }

        List<AcceptedMessage> arrived = relay.received(2);

        assertThat(arrived)
                .extracting(AcceptedMessage::envelopeTo)
                .containsExactlyInAnyOrder(
                        List.of("eve@contoso.example", "archive@contoso.example"), List.of("test@contoso.example"));
        AcceptedMessage own = arrived.stream()
                .filter(message -> message.envelopeTo().contains("eve@contoso.example"))
                .findFirst()
                .orElseThrow();
        assertThat(new String(own.content(), UTF_8)).doesNotContain("ann@customer.example");
    }

    @Test
    void aQueuedMessageKeepsWhatTheRulesDecidedAcrossARestartWithoutThem() throws Exception {
        relay.with("content:451 4.7.0 Temporary server error. Please try again later. PRX4*1");
        relay.start(RULES, "relay.retry.first-delay = 1h");
        try (Device device = relay.device()) {
            device.sendFrom("erp@contoso.example", Device.message("Invoice"), "ann@customer.example");
        }
        relay.journal().await("deferred", 1);
        relay.stop();
        relay.clock().advance(Duration.ofHours(2));
        relay.start("relay.rewrite-rules = []");

        assertThat(relay.received(2))
                .allSatisfy(message -> assertThat(message.subject()).isEqualTo("[Test] Invoice"))
                .flatExtracting(AcceptedMessage::envelopeTo)
                .containsExactlyInAnyOrder("test@contoso.example", "archive@contoso.example");
    }

    @Test
    void failuresAreReportedToTheAuthorButNotThoseOfTheArchive() throws Exception {
        relay.with("rcpt/test@contoso.example:550 5.1.10 Recipient not found");
        relay.with("rcpt/archive@contoso.example:550 5.1.10 Recipient not found");
        relay.start(RULES);
        try (Device device = relay.device()) {
            device.sendFrom("erp@contoso.example", Device.message("Invoice"), "ann@customer.example");
        }

        AcceptedMessage notice = relay.received(1).getFirst();

        assertThat(notice.envelopeTo()).containsExactly("scan@mfp.contoso.example");
        assertThat(notice.subject()).doesNotContain("[Test]");
        assertThat(new String(notice.content(), UTF_8))
                .contains("Final-Recipient: rfc822; test@contoso.example")
                .doesNotContain("archive@contoso.example");
    }

    @Test
    void anAutomaticMessageIsNotRejectedBecauseOfACopyToTheMailbox() throws Exception {
        relay.start("relay.rewrite-rules = [ { add-recipient = \"" + ConfigText.MAILBOX + "\" } ]");
        try (Device device = relay.device()) {
            device.send("Alarm\r\nAuto-Submitted: auto-replied", "ann@customer.example");
        }

        assertThat(relay.received("Alarm").envelopeTo()).containsExactly("ann@customer.example", ConfigText.MAILBOX);
    }

    @Test
    void aCopyThatIsTooLargeForItsMailboxIsLeftOut() throws Exception {
        String common = ConfigText.smtp(relay.office()) + ConfigText.password();
        relay.start(
                """
                relay.rewrite-rules = [ { add-recipient = "archive@contoso.example" } ]
                relay.routing = [ { recipient = "archive@contoso.example", mailbox = "small@contoso.example" } ]
                """,
                ConfigText.mailboxes(
                        relay.office(),
                        ConfigText.address(ConfigText.MAILBOX) + common,
                        ConfigText.address("small@contoso.example") + common + "limits.message-size = 64KiB"));
        try (Device device = relay.device()) {
            device.send("Small", "ann@customer.example");
            device.sendContent("Subject: Large\r\n\r\n" + "text\r\n".repeat(20_000), "ann@customer.example");
        }

        assertThat(relay.received("Large").envelopeTo()).containsExactly("ann@customer.example");
        assertThat(relay.journal().lines("accepted")).hasSize(3);
    }

    private static AcceptedMessage to(String recipient, List<AcceptedMessage> messages) {
        return messages.stream()
                .filter(message -> message.envelopeTo().equals(List.of(recipient)))
                .findFirst()
                .orElseThrow();
    }

    private void start(boolean graph) throws Exception {
        relay.start(
                RULES,
                graph
                        ? ConfigText.mailboxes(
                                relay.office(),
                                ConfigText.address(ConfigText.MAILBOX)
                                        + ConfigText.graph(relay.office())
                                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret()))
                        : "");
    }

    private static MimeMessage parsed(AcceptedMessage message) throws Exception {
        return new MimeMessage(null, new ByteArrayInputStream(message.content()));
    }
}
