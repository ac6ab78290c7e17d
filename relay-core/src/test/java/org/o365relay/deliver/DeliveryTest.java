package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.NotifyParameter;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageState;

class DeliveryTest {

    private static final String SCAN = "From: Scanner <scan@contoso.example>\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final Response WRONG_PASSWORD = FakeUpstream.upstream(
            Step.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");

    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";
    private static final String CARL = "carl@contoso.example";

    private Path data;
    private DeliveryFixture relay;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        data = directory;
        relay = new DeliveryFixture(directory);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void deliversTheRewrittenMessageAndSettlesIt() {
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();

        FakeUpstream.Sent sent = relay.upstream.sent().getFirst();
        assertThat(sent.message().sender()).isEqualTo(DeliveryFixture.MAILBOX);
        assertThat(sent.content())
                .contains("From: Scanner <relay@contoso.example>\r\n", "\r\n\r\nSee attached.\r\n")
                .contains("Reply-To: Scanner <scan@contoso.example>\r\n");
        assertThat(relay.journal.lines("delivered"))
                .containsExactly("delivered " + id + " to anna@contoso.example attempt 1: 250 2.0.0 OK");
        relay.clock.advance(Duration.ofDays(1));
        assertThat(relay.due()).isEmpty();
    }

    @Test
    void probesWithTheMessageThatWasInFlightWhenAnOperatorRequestedIt() {
        relay.upstream.answer(FakeUpstream.upstream(
                Step.END_OF_CONTENT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"));
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        RandomGenerator operator = () -> { // used between the block and the settlement
            relay.sender.retry();
            relay.sender.failover().apply(new HealthEvent.RequestMessageProbe("olga"));
            return 0;
        };
        Delivery delivery = new Delivery(
                relay.queue.claims(),
                relay.sender,
                DeliveryFixture.RETRY,
                relay.noticePolicy,
                relay.journal,
                relay.queue.clock(),
                operator);

        relay.due().forEach(claim -> DeliveryFixture.deliver(relay.sender, delivery, claim));

        assertThat(relay.journal.lines("blocked")).hasSize(1);
        assertThat(relay.queue.notices().history(id)).last().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("retried");
            assertThat(event.detail()).isEqualTo("by olga");
        });
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    @Test
    void leavesAMessageThatCausedABlockToTheScheduleIfNoProbeWasRequested() {
        relay.upstream.answer(FakeUpstream.upstream(
                Step.END_OF_CONTENT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;"));
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);

        relay.deliverDue();

        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::kind)
                .doesNotContain("retried");
        assertThat(relay.due()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void putsAMessageOnHoldThatWasDamagedOnDisk(int piece) throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN + "x".repeat(200_000), ANNA);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE chunk SET content = zeroblob(length(content)) WHERE ordinal = " + piece);
        }

        relay.deliverDue();
        relay.clock.advance(Duration.ofDays(10)); // longer than messages are retried
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).isEmpty();
        assertThat(relay.journal.lines("failed"))
                .as("only the admin can fix it")
                .isEmpty();
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::kind)
                .containsExactly("damaged");
        assertThat(relay.queue.reader().show(id).orElseThrow().entry().state()).isEqualTo(MessageState.HELD);
        assertThat(relay.queue.reader().summary().open()).isEqualTo(1);
    }

    @Test
    void retriesADeferredMessageWhenItIsDue() {
        relay.upstream.answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "451 4.7.0 Temporary server error. PRX4"));
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();
        assertThat(relay.journal.lines("deferred")).hasSize(1);
        relay.clock.advance(Duration.ofSeconds(59));
        assertThat(relay.due()).as("before its time").isEmpty();
        relay.clock.advance(Duration.ofSeconds(7)); // at most 10% jitter
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains("attempt 2");
        assertThat(relay.upstream.sent()).hasSize(2);
        assertThat(relay.upstream.sent().get(0).content())
                .as("the same bytes at every attempt")
                .isEqualTo(relay.upstream.sent().get(1).content());
    }

    @Test
    void triesOnlyOpenRecipients() {
        relay.upstream.answer(recipient -> switch (recipient.address().localPart()) {
            case "anna" -> FakeUpstream.OK;
            case "bert" -> FakeUpstream.upstream(Step.RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found");
            default -> FakeUpstream.upstream(Step.RCPT, "452 4.5.3 Too many recipients");
        });
        relay.accept(
                "scan@contoso.example", SCAN, "anna@contoso.example", "bert@contoso.example", "carl@contoso.example");

        relay.deliverDue();
        relay.clock.advance(Duration.ofMinutes(2));
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered"))
                .as("two recipients and the notice about the third")
                .hasSize(3);
        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("bert@contoso.example");
        FakeUpstream.Sent second = relay.upstream.sent().stream()
                .filter(sent -> sent.message().recipients().getFirst().ordinal() == 2)
                .findFirst()
                .orElseThrow();
        assertThat(second.message().recipients()).singleElement().hasToString("carl@contoso.example");
    }

    @Test
    void reportsRecipientsInEnvelopeOrder() {
        String[] recipients = IntStream.range(0, 30)
                .mapToObj(i -> "r" + i + "@contoso.example")
                .toArray(String[]::new);
        relay.accept("scan@contoso.example", SCAN, recipients);

        relay.deliverDue();

        assertThat(relay.journal.lines("delivered"))
                .extracting(line -> line.replaceFirst("delivered \\S+ to (\\S+) .*", "$1"))
                .containsExactly(recipients);
    }

    @Test
    void keepsEveryMessageAndEveryAttemptWhileTheMailboxIsBlocked() {
        relay.upstream.answer(WRONG_PASSWORD);
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        relay.accept("scan@contoso.example", SCAN, "bert@contoso.example");

        relay.upstream.failCheck(WRONG_PASSWORD);
        relay.deliverDue();
        relay.clock.advance(Duration.ofMinutes(1));
        relay.check();
        relay.deliverDue();
        relay.clock.advance(Duration.ofDays(6)); // longer than messages are retried
        relay.check();
        relay.deliverDue();

        assertThat(relay.journal.lines("blocked"))
                .as("recorded once")
                .singleElement()
                .asString()
                .contains("535 5.7.139");
        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.journal.lines("unblocked")).hasSize(1);
        assertThat(relay.journal.lines("delivered"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("attempt 1"));
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::kind)
                .contains("postponed", "delivered");
    }

    @Test
    void expiresAfterTheRetryTimeAndNotifiesTheSender() {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        relay.clock.advance(Duration.ofDays(5));
        for (int attempt = 1; attempt <= 7; attempt++) {
            assertThat(relay.journal.lines("failed"))
                    .as("before attempt " + attempt)
                    .isEmpty();
            relay.upstream.answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "451 4.7.0 Temporary server error."));
            relay.deliverDue();
            relay.clock.advance(Duration.ofHours(2));
        }

        relay.deliverDue();

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("notice to scan@contoso.example");
        FakeUpstream.Sent notice = relay.upstream.sent().getLast();
        assertThat(notice.message().recipients()).singleElement().hasToString("scan@contoso.example");
        assertThat(notice.content()).contains("multipart/report", "From: Mail relay <relay@contoso.example>");
    }

    @Test
    void attemptsDuringABlockDoNotUseUpTheRetriesOfAMessage() {
        relay.upstream.answer(WRONG_PASSWORD);
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        relay.deliverDue();
        relay.clock.advance(Duration.ofDays(6));
        relay.check();
        relay.upstream.answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "451 4.7.0 Temporary server error. PRX4"));

        relay.deliverDue();

        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.journal.lines("deferred")).hasSize(1);
    }

    @Test
    void anAliasThatMayNotSendDelaysNoOtherMail() {
        Response denied =
                FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.2.252 SendAsDenied; a not allowed to send as b");
        relay.upstream.answer(denied);
        relay.accept("alias@sales.example", "From: alias@sales.example\r\n\r\nhi\r\n", "anna@contoso.example");
        relay.accept("scan@contoso.example", SCAN, "bert@contoso.example");

        relay.deliverDue();

        assertThat(relay.sender.failover().isOpen()).isTrue();
        assertThat(relay.journal.lines("deferred")).singleElement().asString().contains("anna@contoso.example");
        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains("bert@contoso.example");
    }

    @Test
    void defersAMessageIfTheUpstreamThrows() {
        relay.upstream.answer(_ -> {
            throw new IllegalStateException("a bug");
        });
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();
        relay.clock.advance(Duration.ofMinutes(2));
        relay.deliverDue();

        assertThat(relay.journal.lines("deferred")).singleElement().asString().contains("Internal error in the relay");
        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    @Test
    void countsNoAttemptWithoutAFreeFileDescriptor() {
        relay.upstream.answer(_ -> {
            throw new UncheckedIOException(new FileSystemException("ca.pem", null, "Too many open files"));
        });
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();

        assertThat(relay.journal.lines("unreachable"))
                .singleElement()
                .asString()
                .contains("out of file descriptors: raise LimitNOFILE");
        assertThat(relay.sender.failover().isOpen()).isFalse();
        assertThat(relay.due())
                .singleElement()
                .satisfies(claim -> assertThat(claim.attempts()).isEqualTo(1));
    }

    @Test
    void sendsNoNoticeAboutANotice() {
        relay.upstream
                .answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.6.0 Invalid message content"))
                .answer(FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();
        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("failed"))
                .satisfiesExactly(
                        first -> assertThat(first).contains("notice to scan@contoso.example"),
                        second -> assertThat(second).contains("notice to null"));
        assertThat(relay.upstream.sent()).hasSize(2);
    }

    @Test
    void recordsThatTheNextAttemptMayBeADuplicate() {
        relay.upstream.answer(FakeUpstream.network(Step.END_OF_CONTENT));
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");

        relay.deliverDue();

        assertThat(relay.journal.lines("deferred")).singleElement().asString().endsWith("may have arrived");
    }

    @Test
    void reportsSuccessOncePerRecipientWhereTheUpstreamDoesNot() {
        relay.upstream
                .answer(recipient -> recipient.ordinal() == 1
                        ? FakeUpstream.upstream(Step.RCPT, "451 4.7.0 later")
                        : FakeUpstream.OK)
                .answer(FakeUpstream.OK);
        relay.accept("scan@contoso.example", SCAN, wishes(ANNA, "SUCCESS", BERT, "SUCCESS,FAILURE"), ANNA, BERT, CARL);

        relay.deliverDue();
        relay.deliverDue(); // the report
        relay.clock.advance(Duration.ofMinutes(2));
        relay.deliverDue();
        relay.deliverDue();

        List<String> reports = relay.upstream.sent().stream()
                .map(FakeUpstream.Sent::content)
                .filter(content -> content.contains("Subject: Relayed: Scan"))
                .toList();
        assertThat(reports)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("Final-Recipient: rfc822; anna@contoso.example\r\nAction: relayed\r\n")
                                .doesNotContain("bert@", "carl@"),
                        second -> assertThat(second)
                                .contains("Final-Recipient: rfc822; bert@contoso.example\r\nAction: relayed\r\n")
                                .doesNotContain("anna@", "carl@"));
        assertThat(relay.upstream.sent()).hasSize(4);
    }

    @Test
    void leavesTheSuccessReportToAnUpstreamThatSendsOneToTheMailbox() {
        relay.upstream.answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "250 2.0.0 OK", true));
        relay.accept("relay@contoso.example", SCAN, wishes(ANNA, "SUCCESS"), ANNA);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.upstream.sent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.message()
                                .dsnRequest()
                                .of(DeliveryFixture.address(ANNA))
                                .includes(DsnRequest.NotifyCondition.SUCCESS))
                        .isTrue());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        NEVER                 | NEVER
        FAILURE,DELAY         | FAILURE,DELAY
        SUCCESS,FAILURE,DELAY | FAILURE,DELAY
        SUCCESS               | NEVER
        """)
    void requestsNoSuccessReportThatTheUpstreamWouldSendToTheMailbox(String asked, String passedOn) {
        relay.accept("scan@contoso.example", SCAN, wishes(ANNA, asked), ANNA, BERT);

        relay.deliverDue();
        relay.deliverDue();

        List<FakeUpstream.Sent> sent = relay.upstream.sent();
        assertThat(sent).hasSize(asked.contains("SUCCESS") ? 2 : 1);
        DsnRequest report = sent.getFirst().message().dsnRequest();
        assertThat(NotifyParameter.format(Objects.requireNonNull(
                        report.of(DeliveryFixture.address(ANNA)).conditions())))
                .isEqualTo(passedOn);
        assertThat(report.of(DeliveryFixture.address(BERT))).isEqualTo(DsnRequest.ForRecipient.NONE);
    }

    @Test
    void requestsNoReportAboutNoticesAndMailFromTheNullSender() {
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.deliverDue(); // the notice
        relay.accept(null, SCAN, wishes(ANNA, "SUCCESS,FAILURE"), ANNA);
        relay.deliverDue();

        assertThat(relay.upstream.sent().subList(1, 3))
                .extracting(FakeUpstream.Sent::message)
                .allSatisfy(message -> assertThat(message.dsnRequest()
                                .of(message.recipients().getFirst().address())
                                .conditions())
                        .isEqualTo(Set.of()));
    }

    /// Otherwise its failure would remain unknown.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestsReportsAboutARecipientThatTheRulesAdded(boolean nullSender) {
        relay.acceptAdding(nullSender ? null : "scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();

        DsnRequest request = relay.upstream.sent().getFirst().message().dsnRequest();
        assertThat(request.of(DeliveryFixture.address(BERT))).isEqualTo(ForRecipient.NONE);
    }

    @Test
    void neverReportsToTheNullSender() {
        relay.upstream.answer(recipient -> recipient.ordinal() == 0
                ? FakeUpstream.OK
                : FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept(null, SCAN, wishes(ANNA, "SUCCESS", BERT, "FAILURE"), ANNA, BERT);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.upstream.sent()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        NEVER         | null
        SUCCESS,DELAY | null
        FAILURE       | scan@contoso.example
        """)
    void reportsAFailureOnlyIfTheSenderWantsIt(String occasions, String told) {
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept("scan@contoso.example", SCAN, wishes(ANNA, occasions), ANNA, BERT);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("failed"))
                .as("the event is always recorded")
                .satisfiesExactly(
                        anna -> assertThat(anna).contains("anna@", "notice to " + told),
                        bert -> assertThat(bert).contains("bert@", "notice to scan@contoso.example"));
        FakeUpstream.Sent notice = relay.upstream.sent().getLast();
        assertThat(notice.content()).contains("Final-Recipient: rfc822; bert@contoso.example");
        assertThat(notice.content().contains("Final-Recipient: rfc822; anna@contoso.example"))
                .isEqualTo(!told.equals("null"));
    }

    @Test
    void reportsFailedAndRelayedRecipientsInSeparateNotices() {
        relay.upstream.answer(recipient -> recipient.ordinal() == 0
                ? FakeUpstream.OK
                : FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user"));
        relay.accept("scan@contoso.example", SCAN, wishes(ANNA, "SUCCESS"), ANNA, BERT);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("accepted")).hasSize(2);
        assertThat(relay.upstream.sent())
                .hasSize(3)
                .extracting(sent -> sent.content().replaceAll("(?s).*\r\nMessage-ID: (\\S+).*", "$1"))
                .doesNotHaveDuplicates();
    }

    @Test
    void returnsTheWholeMessageIfRequestedAndSmall() {
        Response refused = FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.6.0 Invalid message content");
        relay.upstream.answer(refused).answer(FakeUpstream.OK).answer(refused);
        DsnRequest full = new DsnRequest("QQ1", DsnRequest.ReturnedContent.FULL, Map.of());
        String large = SCAN + "x\r\n".repeat(ReportedMessage.MAX_CONTENT / 3);

        relay.accept("scan@contoso.example", SCAN, full, ANNA);
        relay.deliverDue();
        relay.deliverDue();
        relay.accept("scan@contoso.example", large, full, ANNA);
        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.upstream.sent().get(1).content())
                .contains("Content-Type: message/rfc822\r\n", "\r\nSee attached.\r\n", "Original-Envelope-Id: QQ1\r\n");
        assertThat(relay.upstream.sent().get(3).content())
                .contains("Content-Type: text/rfc822-headers\r\n", "Original-Envelope-Id: QQ1\r\n")
                .doesNotContain("See attached.");
    }

    @Test
    void providesBinaryContentInBothForms() {
        String binary = "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb";
        relay.accept("scan@contoso.example", binary, BodyType.BINARY, DsnRequest.NONE, ANNA);

        relay.deliverDue();

        FakeUpstream.Sent sent = relay.upstream.sent().getFirst();
        assertThat(sent.message().binary()).isNotNull();
        assertThat(sent.content())
                .contains("Content-Transfer-Encoding: base64\r\n")
                .endsWith("\r\n\r\nYQpi\r\n");
    }

    /// @param pairs a recipient, and its NOTIFY
    private static DsnRequest wishes(String... pairs) {
        Map<EmailAddress, ForRecipient> wishes = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            wishes.put(
                    DeliveryFixture.address(pairs[i]),
                    new ForRecipient(NotifyParameter.parse(pairs[i + 1]).orElseThrow(), null));
        }
        return new DsnRequest("", DsnRequest.ReturnedContent.NOT_GIVEN, wishes);
    }
}
