package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;
import org.o365relay.deliver.DeliveryFixture.Member;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.QueueId;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.HistoryEntry;

/// The sender of a message that waits for four hours is notified once.
class DelayNotifierTest {

    private static final Duration AGE = Duration.ofHours(4);
    private static final Duration STEP = Duration.ofMinutes(1);
    private static final String SCAN = "From: scan@contoso.example\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";
    private static final Response BUSY = FakeUpstream.upstream(Step.RCPT, "452 4.3.1 Insufficient system resources");
    private static final Response WRONG_PASSWORD = FakeUpstream.upstream(
            Step.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        open(Language.ENGLISH, AGE, 10);
    }

    private void open(Language language, Duration age, int most) throws Exception {
        NoticeSettings settings = new NoticeSettings(
                DeliveryFixture.address("it@contoso.example"), language, ZoneId.of("Europe/Berlin"), age, most);
        relay = new DeliveryFixture(directory, clock, settings, DeliveryFixture.UNLIMITED);
        relay.watchNotices(); // begins here
    }

    private void reopen(Language language, Duration age, int most) throws Exception {
        relay.close();
        open(language, age, most);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void notifiesOnceEvenAfterARestart() throws Exception {
        QueueId id = deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.minusMinutes(1));
        assertThat(relay.journal.lines("delayed")).as("before its time").isEmpty();
        watchUntil(STEP.multipliedBy(2));
        assertThat(relay.journal.lines("delayed"))
                .singleElement()
                .asString()
                .contains(id.toString(), "PT4H", ", notice to scan@contoso.example");
        reopen(Language.ENGLISH, AGE, 10);
        watchUntil(Duration.ofMinutes(5));

        assertThat(relay.journal.lines("delayed")).isEmpty();
        assertThat(relay.queue.notices().history(id))
                .filteredOn(event -> event.kind().equals("delayed"))
                .singleElement()
                .extracting(HistoryEntry::detail)
                .isEqualTo("to scan@contoso.example");
    }

    @Test
    void statesTheReasonAndTheTimeOfExpiry() {
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plus(STEP));

        assertThat(warning())
                .contains("To: <scan@contoso.example>", "Subject: Delivery delayed: Scan")
                .contains("The server is low on disk space or memory.")
                .contains("The mail service (fake.example:587) replied:\r\n\r\n"
                        + "    452 4.3.1 Insufficient system resources")
                .contains("21 November 2026 at 09:00 (UTC+01:00)", "26 November 2026\r\nat 09:00 (UTC+01:00)")
                .contains("Action: delayed\r\nStatus: 4.3.1\r\n")
                .contains("Will-Retry-Until: Thu, 26 Nov 2026 08:00:00 +0000\r\n");
    }

    @Test
    void writesInTheLanguageOfTheNotices() throws Exception {
        reopen(Language.GERMAN, AGE, 10);
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plus(STEP));

        assertThat(warning())
                .contains("Subject: =?UTF-8?Q?Zustellung_verz=C3=B6gert:_Scan?=")
                .contains("Dem Server fehlt Speicherplatz oder Arbeitsspeicher.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # NOTIFY for anna     | for bert      | warned about
        -                     | -             | anna, bert
        NEVER                 | NEVER         | -
        NEVER                 | -             | bert
        DELAY                 | FAILURE       | anna
        FAILURE               | SUCCESS       | -
        SUCCESS,FAILURE,DELAY | DELAY,FAILURE | anna, bert
        """)
    void respectsTheNotifyParameterOfTheSender(@Nullable String anna, @Nullable String bert, @Nullable String told) {
        Map<EmailAddress, ForRecipient> wishes =
                Map.of(DeliveryFixture.address(ANNA), wishes(anna), DeliveryFixture.address(BERT), wishes(bert));
        deferred(new DsnRequest("", ReturnedContent.NOT_GIVEN, wishes), ANNA, BERT);
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).hasSize(told == null ? 0 : 1);
        if (told != null) {
            String warning = warning();
            assertThat(warning.contains("Final-Recipient: rfc822; " + ANNA)).isEqualTo(told.contains("anna"));
            assertThat(warning.contains("Final-Recipient: rfc822; " + BERT)).isEqualTo(told.contains("bert"));
        }
    }

    @Test
    void doesNotNameARecipientThatTheRulesAdded() {
        relay.upstream.answer(BUSY);
        relay.acceptAdding("scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();
        watchUntil(AGE.plus(STEP));

        assertThat(warning()).contains("Final-Recipient: rfc822; " + ANNA).doesNotContain(BERT);
    }

    @Test
    void sendsNoDelayNoticeAboutNoticesAndNullSenders() {
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.upstream.answer(BUSY);
        relay.deliverDue(); // its notice
        relay.upstream.answer(BUSY);
        relay.accept(null, SCAN, BERT);
        relay.deliverDue();
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).isEmpty();
    }

    @Test
    void sendsNoDelayNoticeWithoutAnAddress() {
        relay.upstream.answer(BUSY);
        relay.accept("root@localhost", "From: root@localhost\r\n\r\nhi\r\n", ANNA);
        relay.deliverDue();
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).isEmpty();
    }

    @Test
    void listsOnlyOpenRecipients() {
        relay.upstream.answer(recipient -> recipient.ordinal() == 0 ? FakeUpstream.OK : BUSY);
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();
        watchUntil(AGE.plus(STEP));

        assertThat(warning())
                .contains("Final-Recipient: rfc822; " + BERT)
                .doesNotContain("Final-Recipient: rfc822; anna");
    }

    @Test
    void skipsDeliveredMessages() {
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(Duration.ofHours(3));
        relay.deliverDue();
        watchUntil(Duration.ofHours(2));

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.journal.lines("delayed")).isEmpty();
    }

    @Test
    void skipsMessagesOnHold() throws Exception {
        QueueId id = deferred(DsnRequest.NONE, ANNA);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE message SET held_at = 1, due_at = 253402300799000 WHERE id = " + id.value());
        }
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).isEmpty();
    }

    @Test
    void skipsMessagesThatAreLateAtTheFirstScan() throws Exception {
        reopen(Language.ENGLISH, Duration.ZERO, 10); // never
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM progress");
        }
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plusHours(1));
        assertThat(relay.journal.lines("delayed")).isEmpty();
        reopen(Language.ENGLISH, AGE, 10);
        relay.upstream.answer(BUSY); // the old one again
        QueueId later = deferred(DsnRequest.NONE, BERT);
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(later.toString());
    }

    @Test
    void catchesUpAfterTheRelayWasStopped() throws Exception {
        QueueId id = deferred(DsnRequest.NONE, ANNA);
        relay.close();
        clock.advance(Duration.ofDays(6));
        open();

        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(id.toString());
        assertThat(warning()).contains("Will-Retry-Until: Wed, 2 Dec 2026 07:00:00 +0000");
    }

    @Test
    void sendsNothingWhileNoMailboxCanSend() {
        relay.upstream.answer(WRONG_PASSWORD);
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        watchUntil(AGE.plusHours(1));
        assertThat(relay.journal.lines("delayed")).isEmpty();
        relay.check();
        relay.watchNotices();

        assertThat(relay.sender.isOpen()).isTrue();
        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(id.toString());
    }

    @Test
    void sendsNothingWhileTheOnlyMailboxIsPaused() {
        deferred(DsnRequest.NONE, ANNA);
        relay.sender.failover().apply(new HealthEvent.Pause(clock.instant(), "anna"));
        watchUntil(AGE.plusHours(1));
        assertThat(relay.journal.lines("delayed")).isEmpty();
        relay.sender.resume();
        relay.watchNotices();

        assertThat(relay.journal.lines("delayed")).hasSize(1);
    }

    @Test
    void usesAnotherMailboxWhileThatOfTheMessageCannotSend() {
        EmailAddress other = DeliveryFixture.address("other@contoso.example");
        FakeUpstream upstream = new FakeUpstream(2);
        SendingAccount account = new SendingAccount(other.toString(), DeliveryFixture.UNLIMITED, List.of(), clock);
        Member spare = relay.member(other, List.of(upstream), account, DeliveryFixture.PROBES, relay.queue.clock());
        relay.upstream.answer(WRONG_PASSWORD);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.accept("scan@contoso.example", SCAN, BERT); // behind it
        clock.advance(AGE.plus(STEP));
        relay.watchNotices(spare.sender());
        relay.deliverDue(spare);

        assertThat(upstream.sent())
                .extracting(FakeUpstream.Sent::content)
                .satisfiesExactlyInAnyOrder(
                        tried -> assertThat(tried)
                                .contains("From: Mail relay <other@contoso.example>")
                                .contains("The password is wrong or has expired."),
                        behind -> assertThat(behind)
                                .contains("The mailbox that sends this message cannot send at the moment"));
    }

    @Test
    void countsDelayAndFailureNoticesTogetherAndReportsTheRestInADigest() throws Exception {
        reopen(Language.ENGLISH, AGE, 2);
        for (String recipient : List.of("a", "b", "c", "d")) {
            deferred(DsnRequest.NONE, recipient + "@contoso.example");
        }
        watchUntil(AGE.plus(STEP));
        assertThat(relay.journal.lines("delayed"))
                .extracting(line -> line.replaceAll(".*, (\\w+) to .*", "$1"))
                .containsExactly("notice", "notice", "digest", "digest");
        relay.upstream.answer(FakeUpstream.OK).answer(FakeUpstream.OK);
        relay.queue.claims().claim(relay.sender.claimScope(), 100).stream()
                .filter(claim -> !claim.notice()
                        && claim.recipients().getFirst().address().localPart().equals("d"))
                .forEach(relay::deliver);
        relay.queue.close();
        open(Language.ENGLISH, AGE, 2);
        watchUntil(Duration.ofHours(1).plus(STEP));
        relay.queue.claims().claim(relay.sender.claimScope(), 100).forEach(relay::deliver);

        assertThat(relay.upstream.sent())
                .extracting(FakeUpstream.Sent::content)
                .filteredOn(content -> content.contains("Subject: 2 more messages from"))
                .singleElement()
                .asString()
                .contains("to c@contoso.example\r\n    delayed: the server is low on disk space or memory")
                .contains("to d@contoso.example\r\n    delivered after a delay\r\n");
    }

    @Test
    void notifiesLaterIfTheDiskFailsDuringTheScan() throws Exception {
        QueueId id = deferred(DsnRequest.NONE, ANNA);
        change("ALTER TABLE event RENAME TO away");
        watchUntil(AGE.plus(STEP));
        assertThat(relay.journal.lines("delayed")).isEmpty();
        change("ALTER TABLE away RENAME TO event");
        relay.watchNotices();

        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(id.toString());
    }

    private void change(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
                Statement change = connection.createStatement()) {
            change.execute(statement);
        }
    }

    @Test
    void notifiesOnceIfTheConfiguredDelayIsIncreased() throws Exception {
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plus(STEP));
        reopen(Language.ENGLISH, AGE.plusHours(2), 10);
        watchUntil(Duration.ofHours(3));

        assertThat(relay.journal.lines("delayed")).isEmpty();
    }

    @Test
    void continuesAfterTheClockWasSetBack() {
        clock.jump(Duration.ofDays(300));
        relay.watchNotices();
        clock.jump(Duration.ofDays(-300));
        deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plus(STEP));

        assertThat(relay.journal.lines("delayed")).hasSize(1);
    }

    @Test
    void notifiesOnceAfterARestartWithAClockThatWasAhead() throws Exception {
        clock.jump(Duration.ofDays(300));
        QueueId ahead = deferred(DsnRequest.NONE, ANNA);
        watchUntil(AGE.plus(STEP));
        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(ahead.toString());
        clock.jump(Duration.ofDays(-300));
        reopen(Language.ENGLISH, AGE, 10);
        relay.upstream.answer(BUSY).answer(BUSY); // the old one again, and its notice
        QueueId later = deferred(DsnRequest.NONE, BERT);
        watchUntil(AGE.plus(STEP));

        assertThat(later).as("the ids begin again").isLessThan(ahead);
        assertThat(relay.journal.lines("delayed")).singleElement().asString().contains(later.toString());
    }

    @Test
    void scansMoreThanOneBatch() throws Exception {
        reopen(Language.ENGLISH, AGE, 1_000);
        for (int i = 0; i < 230; i++) {
            relay.accept("scan@contoso.example", SCAN, "r" + i + "@contoso.example");
        }
        clock.advance(AGE.plus(STEP));
        relay.watchNotices();
        relay.watchNotices();

        assertThat(relay.journal.lines("delayed")).hasSize(230);
    }

    /// Accepts a message and defers it once.
    private QueueId deferred(DsnRequest request, String... recipients) {
        relay.upstream.answer(BUSY);
        QueueId id = relay.accept("scan@contoso.example", SCAN, request, recipients);
        relay.deliverDue();
        return id;
    }

    /// Checks every ten minutes for this long.
    private void watchUntil(Duration over) {
        relay.watchNotices();
        for (long minutes = 0; minutes < over.toMinutes(); minutes += 10) {
            clock.advance(Duration.ofMinutes(Math.min(10, over.toMinutes() - minutes)));
            relay.watchNotices();
        }
    }

    private static ForRecipient wishes(@Nullable String notify) {
        return notify == null
                ? ForRecipient.NONE
                : new ForRecipient(NotifyParameter.parse(notify).orElseThrow(), null);
    }

    /// @return the content of the only warning
    private String warning() {
        relay.queue.claims().claim(relay.sender.claimScope(), 100).stream()
                .filter(claim -> claim.notice())
                .forEach(relay::deliver);
        List<String> warnings = relay.upstream.sent().stream()
                .map(FakeUpstream.Sent::content)
                .filter(content -> content.contains("Action: delayed"))
                .toList();
        assertThat(warnings).hasSize(1);
        return warnings.getFirst();
    }
}
