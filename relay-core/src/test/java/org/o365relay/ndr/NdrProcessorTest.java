package org.o365relay.ndr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.BodyType;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;

class NdrProcessorTest {

    private static final String MARK = "ndr relay@contoso.example";
    private static final EmailAddress MAILBOX = address("relay@contoso.example");
    private static final EmailAddress PRINTER = address("printer@contoso.example");
    private static final EmailAddress ADMIN = address("it@contoso.example");
    private static final EmailAddress ANNA = address("anna@fabrikam.example");
    private static final EmailAddress BERT = address("bert@fabrikam.example");
    private static final Reply GONE = Reply.of(550, "5.1.10", "RESOLVER.ADR.RecipientNotFound; no");

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock("2026-03-01T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();
    private int mostNotices = 100;
    private JdbcQueue queue;
    private NdrProcessor returns;

    @BeforeEach
    void open() throws QueueUnavailableException {
        queue = SqliteQueue.open(
                new QueueSettings(directory, 0, Long.MAX_VALUE / 2, Duration.ofDays(30)),
                clock.steady(),
                new Random(1));
        returns = new NdrProcessor(MAILBOX, MARK, queue.ndrs(), authors(), journal, clock);
    }

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void notifiesTheEnvelopeSender() throws IOException {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "<own-1@mfp>", ANNA, BERT);
        returns.process("here", report("<own-1@mfp>", "Bert@fabrikam.example"));
        assertThat(queue.notices().history(id))
                .containsExactly(new HistoryEntry(
                        clock.instant(),
                        1,
                        "ndr",
                        "mail.example",
                        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; no",
                        "recipient-unknown",
                        false));
        assertThat(notices())
                .singleElement()
                .asString()
                .contains("To: <printer@contoso.example>", "Subject: Not delivered: Scan", "In-Reply-To: <own-1@mfp>")
                .contains("The mail service accepted", "the report on")
                .doesNotContain("no further attempts", "delivery attempt")
                .contains("Final-Recipient: rfc822; bert@fabrikam.example", "Remote-MTA: dns; mail.example")
                .doesNotContain("anna@fabrikam.example");
        assertThat(queue.ndrs().position(MARK)).contains("here");
        assertThat(journal.events()).containsExactly("ndr", "accepted");
    }

    @Test
    void notifiesTheAdminIfTheSenderCannotBeReached() throws IOException {
        accept(address("root@localhost"), DsnRequest.NONE, "<own-1@mfp>", ANNA);
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        assertThat(notices()).singleElement().asString().contains("To: <it@contoso.example>");
    }

    @Test
    void recordsTheFailureOfANullSenderMessageWithoutANotice() throws IOException {
        QueueId id = accept(null, DsnRequest.NONE, "<own-1@mfp>", ANNA);
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        assertThat(queue.notices().history(id)).hasSize(1);
        assertThat(notices()).isEmpty();
        assertThat(queue.ndrs().position(MARK)).contains("here");
    }

    /// A group member is not in the envelope, but only the added recipient can have expanded to it.
    @ParameterizedTest
    @CsvSource({"bert@fabrikam.example", "member@fabrikam.example"})
    void recordsTheFailureOfARecipientThatTheRulesAddedWithoutNotice(String failed) throws Exception {
        HeaderChanges adding = HeaderChanges.NONE.withAddedRecipient(BERT);
        Envelope copy = new Envelope(PRINTER, List.of(BERT), false, BodyType.SEVEN_BIT, DsnRequest.NONE, adding);
        QueueId id = accept(List.of(copy), "<own-1@mfp>").getFirst();

        returns.process("here", report("<own-1@mfp>", failed));

        assertThat(queue.notices().history(id)).extracting(HistoryEntry::kind).containsExactly("ndr");
        assertThat(journal.lines("ndr"))
                .singleElement()
                .asString()
                .contains("to " + failed)
                .endsWith("notice to null");
        assertThat(notices()).isEmpty();
    }

    @Test
    void notifiesTheSenderOfTheOtherRecipientsOfACopiedMessage() throws Exception {
        HeaderChanges adding = HeaderChanges.NONE.withAddedRecipient(BERT);
        Envelope copied =
                new Envelope(PRINTER, List.of(ANNA, BERT), false, BodyType.SEVEN_BIT, DsnRequest.NONE, adding);
        accept(List.of(copied), "<own-1@mfp>");

        returns.process("here", report("<own-1@mfp>", ANNA.toString(), BERT.toString()));

        assertThat(notices())
                .singleElement()
                .asString()
                .contains(ANNA.toString())
                .doesNotContain(BERT.toString());
    }

    @Test
    void sendsNoNoticeIfTheSenderRequestedNone() throws IOException {
        DsnRequest never =
                new DsnRequest("", ReturnedContent.NOT_GIVEN, Map.of(ANNA, new ForRecipient(Set.of(), null)));
        QueueId id = accept(PRINTER, never, "<own-1@mfp>", ANNA);
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        assertThat(queue.notices().history(id)).hasSize(1);
        assertThat(notices()).isEmpty();
    }

    @Test
    void reportsAMemberOfTheGroupThatTheMessageWasSentTo() throws IOException {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "<own-1@mfp>", address("all@fabrikam.example"));
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        assertThat(queue.notices().history(id)).singleElement().satisfies(event -> {
            assertThat(event.recipient()).isNull();
            assertThat(event.detail())
                    .isEqualTo("anna@fabrikam.example: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; no");
        });
        assertThat(notices()).singleElement().asString().contains("Final-Recipient: rfc822; anna@fabrikam.example");
    }

    @Test
    void findsThePartOfASplitMessageByItsRecipient() throws IOException {
        List<QueueId> parts = acceptParts("<own-1@mfp>", ANNA, BERT);
        returns.process("here", report("<own-1@mfp>", BERT.toString(), ANNA.toString()));
        assertThat(parts)
                .hasSize(2)
                .allSatisfy(id -> assertThat(queue.notices().history(id))
                        .singleElement()
                        .satisfies(event -> assertThat(event.recipient()).isZero()));
        assertThat(notices()).hasSize(2);
    }

    @Test
    void recognizesAMessageIdAddedByTheRelay() throws IOException {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "", ANNA);
        returns.process("here", report("<" + id + "@contoso.example>", ANNA.toString()));
        assertThat(queue.notices().history(id)).hasSize(1);
        assertThat(notices()).hasSize(1);
    }

    @Test
    void attributesAReportAboutAnotherRecipientToOnePartOfASplitMessage() throws IOException {
        List<QueueId> parts = acceptParts("<own-1@mfp>", ANNA, BERT);
        returns.process("here", report(List.of(), "<own-1@mfp>", clock.instant(), "member@fabrikam.example"));
        assertThat(parts.stream().flatMap(id -> queue.notices().history(id).stream()))
                .singleElement()
                .satisfies(event -> assertThat(event.detail()).contains("member@fabrikam.example: 550 5.1.10"));
        assertThat(notices()).singleElement().asString().contains("member@fabrikam.example");
    }

    @Test
    void attributesNoReportThatMatchesSeveralMessages() throws IOException {
        acceptParts("<own-1@mfp>", ANNA);
        clock.advance(Duration.ofSeconds(1));
        List<QueueId> both = acceptParts("<own-1@mfp>", ANNA);
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        returns.process("there", report("<own-1@mfp>", "other@fabrikam.example"));
        assertThat(both)
                .hasSize(2)
                .allSatisfy(id -> assertThat(queue.notices().history(id)).isEmpty());
        assertThat(notices()).isEmpty();
        assertThat(queue.ndrs().position(MARK)).contains("there");
    }

    @Test
    void choosesAmongMessagesWithTheSameMessageIdByTime() {
        Instant first = clock.instant();
        accept(PRINTER, DsnRequest.NONE, "<own-1@mfp>", ANNA);
        clock.advance(Duration.ofHours(2));
        List<QueueId> both = accept(List.of(new Envelope(PRINTER, List.of(ANNA), false)), "<own-1@mfp>");
        returns.process("here", report(List.of(), "<own-1@mfp>", first.plusSeconds(5), ANNA.toString()));
        assertThat(queue.notices().history(both.getFirst())).hasSize(1);
        assertThat(queue.notices().history(both.getLast())).isEmpty();
    }

    @Test
    void prefersTheQueueIdInTheReturnedHeaderToTheMessageId() {
        List<QueueId> parts = acceptParts("<own-1@mfp>", ANNA, ANNA);
        QueueId unknown = QueueId.parse("0000000000001").orElseThrow();
        returns.process("here", report(List.of(unknown, parts.getFirst()), "<own-1@mfp>", null, ANNA.toString()));
        assertThat(queue.notices().history(parts.getFirst())).hasSize(1);
        assertThat(queue.notices().history(parts.getLast())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        550 5.1.8 Access denied, bad outbound sender     | AM0PR04MB0000.eurprd04.prod.outlook.com | bad-outbound-sender
        550 5.1.8 Sender address rejected: Domain not found | mail.fabrikam.example | ndr-sender-unknown
        550 5.0.350 Remote server returned an error -> 550 5.1.8 Sender address rejected: Domain not found | x.outlook.com | ndr-sender-unknown
        550 5.7.705 Access denied, tenant has exceeded threshold | AM0PR04MB0000.eurprd04.prod.outlook.com | tenant-threshold
        550 5.7.705 Blocked by our policy                | outlook.com.evil.example | ndr-policy
        550 5.7.750 No                                   | '' | ndr-policy
        550 5.1.10 RESOLVER.ADR.RecipientNotFound; no    | mail.fabrikam.example      | recipient-unknown
        """)
    void judgesTheMailboxOnlyByReportsFromMicrosoft(String reply, String server, @Nullable String reason) {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "<own-1@mfp>", ANNA);
        UndeliveredRecipient undelivered = new UndeliveredRecipient(
                ANNA.toString(), ANNA.toString(), Reply.parse(reply).orElseThrow(), server);
        returns.process(
                "here",
                new NonDeliveryReport(List.of(), List.of("<own-1@mfp>"), null, "mail.example", List.of(undelivered)));
        assertThat(queue.notices().history(id))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).isEqualTo(reason == null ? "" : reason));
    }

    @Test
    void findsAMessageIdThatTheDeviceSentWithoutBrackets() {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "own-1@mfp", ANNA);
        returns.process("here", report("<own-1@mfp>", ANNA.toString()));
        assertThat(queue.notices().history(id)).hasSize(1);
    }

    @Test
    void recognizesTheRecipientByTheAddressToWhichTheMessageWasSent() {
        List<QueueId> parts = acceptParts("<own-1@mfp>", ANNA, BERT);
        UndeliveredRecipient forwarded = new UndeliveredRecipient("x@elsewhere.example", BERT.toString(), GONE, "");
        returns.process(
                "here",
                new NonDeliveryReport(List.of(), List.of("<own-1@mfp>"), null, "mail.example", List.of(forwarded)));
        assertThat(queue.notices().history(parts.getFirst())).isEmpty();
        assertThat(queue.notices().history(parts.getLast())).hasSize(1);
    }

    @Test
    void ignoresNdrsAboutUnknownMessages() throws IOException {
        QueueId id = accept(PRINTER, DsnRequest.NONE, "<own-1@mfp>", ANNA);
        for (String other :
                List.of("<other@x.example>", "<*>", "", "<" + id + "@contoso.example>", "<0000000000000@x>")) {
            returns.process("behind " + other, report(other, ANNA.toString()));
            assertThat(queue.ndrs().position(MARK)).contains("behind " + other);
        }
        assertThat(queue.notices().history(id)).isEmpty();
        assertThat(notices()).isEmpty();
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void suppressesTheNoticeWhenTheDeviceIsOverItsLimit() throws IOException {
        mostNotices = 1;
        for (String id : List.of("<own-1@mfp>", "<own-2@mfp>")) {
            accept(PRINTER, DsnRequest.NONE, id, ANNA);
            returns.process("here", report(id, ANNA.toString()));
        }
        assertThat(notices()).hasSize(1);
        assertThat(queue.notices().suppressedNotices(clock.instant()))
                .singleElement()
                .satisfies(pile -> assertThat(pile.count()).isEqualTo(1));
        assertThat(journal.lines("ndr").getLast()).endsWith("notice to printer@contoso.example in a digest");
    }

    private SenderNotifier authors() {
        return new SenderNotifier() {
            @Override
            public NoticeWriter writer(EmailAddress mailbox) {
                return new NoticeWriter(new NoticeSettings(ADMIN), mailbox, "relay.example");
            }

            @Override
            public boolean allowsNotice(InetAddress client) {
                return mostNotices-- > 0;
            }

            @Override
            public Reason reason(String name, EmailAddress mailbox) {
                return new Reason(name, "", "");
            }
        };
    }

    private static NonDeliveryReport report(String messageId, String... recipients) {
        return report(List.of(), messageId, null, recipients);
    }

    private static NonDeliveryReport report(
            List<QueueId> queueIds, String messageId, @Nullable Instant arrival, String... recipients) {
        return new NonDeliveryReport(
                queueIds,
                Stream.of(messageId).filter(id -> !id.isEmpty()).toList(),
                arrival,
                "mail.example",
                Stream.of(recipients)
                        .map(recipient -> new UndeliveredRecipient(recipient, recipient, GONE, "mail.example"))
                        .toList());
    }

    private QueueId accept(
            @Nullable EmailAddress sender, DsnRequest request, String messageId, EmailAddress... recipients) {
        Envelope envelope = new Envelope(sender, List.of(recipients), false, BodyType.SEVEN_BIT, request);
        return accept(List.of(envelope), messageId).getFirst();
    }

    private List<QueueId> acceptParts(String messageId, EmailAddress... recipients) {
        return accept(
                Stream.of(recipients)
                        .map(recipient -> new Envelope(PRINTER, List.of(recipient), false))
                        .toList(),
                messageId);
    }

    private List<QueueId> accept(List<Envelope> envelopes, String messageId) {
        Arrival arrival = new Arrival(clock.instant(), InetAddress.getLoopbackAddress(), "printer", "ESMTP");
        String id = messageId.isEmpty() ? "" : "Message-ID: " + messageId + "\r\n";
        byte[] content = ("Subject: Scan\r\n" + id + "\r\nhello\r\n").getBytes(StandardCharsets.US_ASCII);
        queue.intake()
                .receive()
                .commit(
                        arrival,
                        envelopes.stream()
                                .map(envelope -> new RoutedEnvelope("elsewhere", Priority.NORMAL, envelope))
                                .toList(),
                        SearchableHeaders.of(content),
                        content)
                .join();
        return queue.reader().find(MessageFilter.ALL, Page.Order.OLDEST_FIRST, null, 10).entries().stream()
                .map(MessageEntry::id)
                .toList();
    }

    private List<String> notices() throws IOException {
        List<String> notices = new ArrayList<>();
        for (Claim claim : queue.claims().claim(new ClaimScope(MAILBOX.toString(), List.of(MAILBOX.toString())), 10)) {
            try (InputStream content = queue.claims().content(claim)) {
                notices.add(new String(content.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return notices;
    }

    private static EmailAddress address(String text) {
        return EmailAddress.parse(text).orElseThrow();
    }
}
