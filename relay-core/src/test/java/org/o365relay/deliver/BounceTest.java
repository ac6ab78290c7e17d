package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageFilter;

/// Messages that an operator bounces.
class BounceTest {

    private static final String SCAN = "From: Scanner <scan@contoso.example>\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";

    @TempDir
    private Path directory;

    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void bouncesWithoutAnAttemptAndNotifiesTheSender() {
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA, BERT);

        assertThat(bounce()).isEqualTo(new ChangeResult(1, 0, ""));
        assertThat(relay.upstream.sent()).isEmpty();
        assertThat(relay.journal.lines("failed"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "550 5.7.0 bounced by the operator of the relay",
                                "attempt 0",
                                "notice to scan@contoso.example"));
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::kind, HistoryEntry::detail)
                .startsWith(tuple("bounced", "by olga"))
                .hasSize(3);

        relay.deliverDue();
        assertThat(relay.upstream.sent())
                .singleElement()
                .extracting(FakeUpstream.Sent::content)
                .asString()
                .contains(
                        "To: <scan@contoso.example>\r\n",
                        "Subject: Not delivered: Scan\r\n",
                        "The operator of the mail relay returned the message without",
                        "550 5.7.0 bounced by the operator of the relay",
                        "Final-Recipient: rfc822; bert@contoso.example\r\n",
                        "Status: 5.7.0\r\n")
                .doesNotContain("Remote-MTA");
    }

    @Test
    void includesTheLastReplyOfMicrosoftToEachRecipient() {
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "452 4.2.2 Mailbox full, says the first attempt"));
        relay.deliverDue();
        relay.clock.advance(Duration.ofHours(1));
        relay.upstream.answer(recipient -> recipient.ordinal() == 0
                ? FakeUpstream.upstream(Step.RCPT, "452 4.2.2 Mailbox full")
                : FakeUpstream.upstream(Step.RCPT, "450 4.2.1 Not now"));
        relay.deliverDue();
        relay.upstream.answer(FakeUpstream.OK);

        assertThat(bounce().changed()).isEqualTo(1);
        assertThat(relay.journal.lines("failed"))
                .allSatisfy(line -> assertThat(line).contains("550 5.7.0 bounced by the operator of the relay"));
        assertThat(dsn())
                .contains(
                        "The operator of the mail relay returned the message; the last\r\n"
                                + "    attempt to deliver it had failed: the recipient's mailbox is full.",
                        "The mail service (" + relay.upstream.name() + ") replied:\r\n\r\n    452 4.2.2 Mailbox full",
                        "    450 4.2.1 Not now",
                        "Final-Recipient: rfc822; anna@contoso.example\r\nAction: failed\r\nStatus: 4.2.2\r\n",
                        "Diagnostic-Code: smtp; 452 4.2.2 Mailbox full\r\n",
                        "Final-Recipient: rfc822; bert@contoso.example\r\nAction: failed\r\nStatus: 4.2.1\r\n",
                        "Diagnostic-Code: smtp; 450 4.2.1 Not now\r\n",
                        "Remote-MTA: dns; ")
                .doesNotContain("the first attempt", "bounced by the operator");
    }

    @Test
    void includesWhyTheUpstreamCouldNotBeReached() {
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.upstream.answer(FakeUpstream.network(Step.CONNECT));
        relay.deliverDue();
        relay.upstream.answer(FakeUpstream.OK);
        relay.clock.advance(Duration.ofHours(1));

        bounce();

        assertThat(dsn())
                .contains(
                        "attempt to deliver it had failed: the mail service could not be",
                        "Diagnostic-Code: x-o365-relay; 4")
                .doesNotContain("Remote-MTA", "replied:");
    }

    @ParameterizedTest
    @MethodSource
    void attributesToTheMailServerOnlyWhatItReplied(String reason, Response response) {
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.upstream.answer(response);
        relay.deliverDue();
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::reason)
                .containsExactly(reason);
        relay.upstream.answer(FakeUpstream.OK);
        relay.clock.advance(Duration.ofHours(1));

        bounce();

        String dsn = dsn();
        assertThat(dsn).contains(response.reply().text());
        if (reason.equals(Verdict.UNKNOWN_REPLY)) {
            assertThat(dsn).contains("Diagnostic-Code: smtp; 4", "Remote-MTA", "replied:");
        } else {
            assertThat(dsn).contains("Diagnostic-Code: x-o365-relay; 4").doesNotContain("Remote-MTA", "replied:");
        }
    }

    static Stream<Arguments> attributesToTheMailServerOnlyWhatItReplied() {
        return Verdict.UNCATALOGUED_REASONS.stream().map(reason -> arguments(reason, response(reason)));
    }

    private static Response response(String reason) {
        return switch (reason) {
            case "unknown-reply" -> FakeUpstream.upstream(Step.RCPT, "450 4.2.1 Not now");
            case "invalid-replies" -> new Response(Step.EHLO, Reply.of(451, "4.5.0", "Not SMTP"), Origin.NETWORK);
            case "unreachable" -> FakeUpstream.network(Step.CONNECT);
            case "tls" -> new Response(Step.STARTTLS, Reply.of(454, "4.7.5", "Not trusted"), Origin.TLS);
            case "sign-in" -> new Response(Step.AUTH, Reply.plain(400, "unknown_error: New"), Origin.SIGN_IN);
            case "relay" -> new Response(Step.CONTENT, Reply.of(451, "4.3.0", "Not read"), Origin.RELAY);
            default -> throw new IllegalArgumentException(reason);
        };
    }

    @Test
    void includesTheLastReplyOfMicrosoftIfTheDailyQuotaPostponedTheMessageAfterwards() throws Exception {
        relay.close();
        relay = new DeliveryFixture(directory, new AccountLimits(null, 1, 2, 2));
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "452 4.2.2 Mailbox full"));
        relay.deliverDue();
        relay.accept(null, SCAN, "carl@contoso.example");
        relay.deliverDue();
        relay.clock.advance(Duration.ofHours(1));
        relay.deliverDue();
        relay.clock.advance(Duration.ofMinutes(1));

        assertThat(bounce().changed()).isEqualTo(1);
        assertThat(dsn())
                .contains("Diagnostic-Code: smtp; 452 4.2.2 Mailbox full\r\n", "Remote-MTA: dns; ")
                .doesNotContain("4.5.3", "bounced by the operator");
    }

    /// Delivers the failure notice.
    private String dsn() {
        int before = relay.upstream.sent().size();
        relay.check();
        relay.deliverDue();
        assertThat(relay.upstream.sent()).hasSize(before + 1);
        return relay.upstream.sent().getLast().content();
    }

    @Test
    void bouncesMessagesOnHoldOrOfAPausedMailbox() {
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.queue.admin().apply(new Change.Hold(), MessageFilter.ALL, "olga");
        relay.sender.failover().apply(new HealthEvent.Pause(relay.clock.instant(), "olga"));

        assertThat(bounce().changed()).isEqualTo(1);
        assertThat(relay.journal.lines("failed")).hasSize(1);
    }

    @Test
    void sendsNoNoticeToASenderWhoOptedOut() {
        ForRecipient never = new ForRecipient(Set.of(), null);
        DsnRequest report = new DsnRequest(
                "", ReturnedContent.NOT_GIVEN, Map.of(new EmailAddress("anna", "contoso.example"), never));
        relay.accept("scan@contoso.example", SCAN, report, ANNA);

        bounce();

        assertThat(relay.journal.lines("failed")).singleElement().asString().endsWith("notice to null");
        assertThat(relay.due()).isEmpty();
    }

    @Test
    void sendsNoNoticeToTheNullSender() {
        relay.accept(null, SCAN, ANNA);

        bounce();

        assertThat(relay.journal.lines("failed")).singleElement().asString().endsWith("notice to null");
        assertThat(relay.due()).isEmpty();
    }

    @Test
    void notifiesTheSenderEvenIfTheMessageCannotBeRead() throws SQLException {
        relay.accept("scan@contoso.example", SCAN, ANNA);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM chunk");
        }

        assertThat(bounce()).isEqualTo(new ChangeResult(1, 0, ""));
        relay.deliverDue();
        assertThat(relay.upstream.sent())
                .singleElement()
                .extracting(FakeUpstream.Sent::content)
                .asString()
                .contains("To: <scan@contoso.example>\r\n", "Subject: Not delivered: message without a subject");
    }

    private ChangeResult bounce() {
        return relay.queue
                .admin()
                .bounceEach(MessageFilter.of(List.of()), "olga", claim -> relay.bounce(claim, "olga"));
    }
}
