package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.ManualClock;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.Claim;

/// A broken device causes a few notices and a digest, not a storm.
class NoticeStormTest {

    private static final String SCAN = "From: scan@contoso.example\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final Response UNKNOWN =
            FakeUpstream.upstream(Step.RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found");
    private static final Response WRONG_PASSWORD = FakeUpstream.upstream(
            Step.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");
    private static final int MOST = 10;

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        NoticeSettings settings = new NoticeSettings(
                DeliveryFixture.address("it@contoso.example"), Language.ENGLISH, ZoneOffset.UTC, Duration.ZERO, MOST);
        relay = new DeliveryFixture(directory, clock, settings, DeliveryFixture.UNLIMITED);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void sendsTenNoticesAndOneDigestForAThousandFailuresOfOneDevice() {
        fail(0, 1_000);
        assertThat(relay.journal.lines("failed"))
                .hasSize(1_000)
                .filteredOn(line -> line.contains(", digest to scan@contoso.example"))
                .hasSize(990);
        relay.watchNotices();
        assertThat(notices()).as("within the hour").hasSize(MOST);

        clock.advance(Duration.ofHours(1));
        relay.watchNotices();
        relay.watchNotices();

        List<String> notices = notices();
        assertThat(notices).hasSize(MOST + 1);
        assertThat(notices.getLast())
                .contains("Subject: 990 more messages from scanner (10.0.0.7) not delivered\r\n")
                .contains("to nobody10@contoso.example\r\n    not delivered: the recipient does not exist\r\n")
                .contains("    to nobody59@contoso.example\r\n", "    and 940 more\r\n")
                .doesNotContain("nobody60@contoso.example");
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();
        assertThat(notices()).hasSize(MOST + 1);
    }

    @Test
    void startsCountingAgainWhenTheHourIsOver() {
        fail(0, MOST);
        clock.advance(Duration.ofHours(1));
        fail(MOST, 2 * MOST);
        relay.watchNotices();

        assertThat(notices()).hasSize(2 * MOST).noneMatch(notice -> notice.contains("more message"));
    }

    @Test
    void keepsTheLimitAndSuppressedNoticesAcrossARestart() throws Exception {
        fail(0, MOST + 2);
        assertThat(notices()).hasSize(MOST);
        relay.close();
        open();
        clock.advance(Duration.ofMinutes(59));
        fail(MOST + 2, MOST + 4);
        relay.watchNotices();
        assertThat(notices()).as("the hour has not passed").isEmpty();
        relay.close();
        open();
        clock.advance(Duration.ofMinutes(1));
        relay.watchNotices();
        relay.close();
        open();
        relay.watchNotices();

        assertThat(notices())
                .singleElement()
                .asString()
                .contains("Subject: 4 more messages from")
                .contains("to nobody10@", "to nobody11@", "to nobody12@", "to nobody13@")
                .doesNotContain("to nobody9@");
    }

    @Test
    void limitsSuccessReportsLikeFailureNotices() {
        DsnRequest success = new DsnRequest(
                "",
                DsnRequest.ReturnedContent.NOT_GIVEN,
                Map.of(
                        DeliveryFixture.address("anna@contoso.example"),
                        new DsnRequest.ForRecipient(Set.of(DsnRequest.NotifyCondition.SUCCESS), null)));
        for (int i = 0; i < MOST + 5; i++) {
            clock.advance(Duration.ofMillis(1));
            relay.accept("forged@victim.example", SCAN, success, "anna@contoso.example");
            relay.deliverDue();
        }
        assertThat(notices()).hasSize(MOST).allMatch(notice -> notice.contains("Subject: Relayed: Scan"));
    }

    @Test
    void limitsEachDeviceSeparately() {
        fail(0, MOST + 1);
        relay.client = "10.0.0.8";
        fail(100, 101);

        assertThat(relay.journal.lines("failed").getLast()).contains("notice to scan@contoso.example");
    }

    @Test
    void notifiesEachAuthorOnlyOfTheirOwnMessages() {
        fail(0, MOST);
        refuse("From: ann@contoso.example\r\n\r\nhi\r\n", DsnRequest.NONE, "nobody20@contoso.example");
        refuse("From: root@localhost\r\n\r\nhi\r\n", DsnRequest.NONE, "nobody21@contoso.example");
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();

        List<String> digests = notices().subList(MOST, MOST + 2);
        assertThat(digests)
                .anySatisfy(notice -> assertThat(notice)
                        .contains("To: <ann@contoso.example>", "One more message from", "nobody20@")
                        .doesNotContain("nobody21@"))
                .anySatisfy(notice -> assertThat(notice)
                        .contains("To: <scan@contoso.example>", "One more message from", "nobody21@")
                        .doesNotContain("nobody20@"));
    }

    @Test
    void limitsNoticesToTheAdminToo() {
        for (int i = 0; i <= MOST; i++) {
            refuse(
                    "root@localhost",
                    "From: root@localhost\r\n\r\nhi\r\n",
                    DsnRequest.NONE,
                    "nobody" + i + "@contoso.example");
        }

        assertThat(relay.journal.lines("failed").getLast()).contains("digest to it@contoso.example");
    }

    @Test
    void reportsNoRecipientForWhichTheSenderOptedOut() {
        fail(0, MOST);
        Map<EmailAddress, ForRecipient> wishes = new HashMap<>();
        wishes.put(DeliveryFixture.address("nobody90@contoso.example"), new ForRecipient(Set.of(), null));
        DsnRequest request = new DsnRequest("", ReturnedContent.NOT_GIVEN, wishes);
        refuse(SCAN, request, "nobody90@contoso.example", "nobody91@contoso.example");
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();

        assertThat(notices().getLast())
                .contains("to nobody91@contoso.example\r\n")
                .doesNotContain("nobody90@");
        assertThat(relay.journal.lines("failed").subList(MOST, MOST + 2))
                .satisfiesExactly(
                        never -> assertThat(never).contains("nobody90@", ", notice to null"),
                        told -> assertThat(told).contains("nobody91@", ", digest to scan@"));
    }

    @Test
    void aDigestWaitsUntilAMailboxCanSend() {
        fail(0, MOST + 1);
        notices();
        relay.upstream.answer(WRONG_PASSWORD);
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        relay.deliverDue();
        clock.advance(Duration.ofHours(2));
        relay.watchNotices();
        int before = relay.journal.lines("accepted").size();
        relay.check();
        relay.watchNotices();

        assertThat(relay.journal.lines("accepted")).hasSize(before + 1);
    }

    @Test
    void limitsDigestsAboutOneDevice() {
        fail(0, MOST);
        for (int i = 0; i < MOST + 5; i++) {
            String author = "From: a" + i + "@contoso.example\r\n\r\nhi\r\n";
            refuse(author, DsnRequest.NONE, "nobody" + (100 + i) + "@contoso.example");
        }
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();
        assertThat(notices()).hasSize(2 * MOST);
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();

        assertThat(notices()).hasSize(2 * MOST + 5);
    }

    @Test
    void sendsDigestsAboutADeviceThatFailsConstantly() {
        fail(0, MOST + 1);
        clock.advance(Duration.ofHours(1));
        fail(MOST + 1, 2 * MOST + 3); // the first ten of these cause notices again
        relay.watchNotices();
        assertThat(notices().getLast()).contains("Subject: One more message from");
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();

        assertThat(notices().getLast()).contains("Subject: 2 more messages from");
    }

    @Test
    void aDamagedRowDoesNotPreventOtherDigests() throws Exception {
        fail(0, MOST + 1);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO suppressed_notice VALUES (1, 'failed', '10.0.0', 'a@contoso.example', 1, 1)");
            statement.execute(
                    "INSERT INTO suppressed_notice VALUES (1, 'eaten', '10.0.0.1', 'a@contoso.example', 1, 1)");
        }
        clock.advance(Duration.ofHours(1));
        relay.watchNotices();

        assertThat(notices())
                .hasSize(MOST + 2)
                .anyMatch(notice -> notice.contains("One more message from 10.0.0.1"))
                .anyMatch(notice -> notice.contains("One more message from scanner (10.0.0.7)"));
    }

    @Test
    void aDigestDoesNotCallAMessageDelayedThatHasLeftTheHistory() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO suppressed_notice VALUES (1, 'delayed', '10.0.0.1', 'a@contoso.example', 1, 1)");
        }
        relay.watchNotices();

        assertThat(notices())
                .singleElement()
                .asString()
                .contains("was delayed; the mail relay no longer has a record of it")
                .doesNotContain("\n    delayed");
    }

    /// Messages to unknown recipients, and the notices about them.
    private void fail(int from, int to) {
        IntStream.range(from, to).forEach(i -> refuse(SCAN, DsnRequest.NONE, "nobody" + i + "@contoso.example"));
    }

    private void refuse(String content, DsnRequest request, String... recipients) {
        refuse("scan@contoso.example", content, request, recipients);
    }

    private void refuse(String sender, String content, DsnRequest request, String... recipients) {
        clock.advance(Duration.ofMillis(1)); // so that they have an order
        relay.accept(sender, content, request, recipients);
        deliver();
    }

    /// Delivers to everyone except unknown recipients.
    private void deliver() {
        for (Claim claim : relay.due()) {
            relay.upstream.answer(
                    recipient -> recipient.address().localPart().matches("nobody\\d+") ? UNKNOWN : FakeUpstream.OK);
            relay.deliver(claim);
        }
    }

    /// @return the content of all notices and digests that were sent since the relay was started
    private List<String> notices() {
        deliver();
        return relay.upstream.sent().stream()
                .map(FakeUpstream.Sent::content)
                .filter(content -> content.contains("\r\nAuto-Submitted: "))
                .toList();
    }
}
