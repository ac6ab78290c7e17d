package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.HistoryEntry;

/// Graph often sends a message although it answers 504 or the response is lost.
class UnconfirmedDeliveryTest {

    private static final String SCAN = "From: scan@contoso.example\r\nSubject: Scan\r\n\r\nhello\r\n";

    private static final Response TIMEOUT = new Response(
                    Step.END_OF_CONTENT, Reply.plain(504, "UnknownError: no message"), Origin.GRAPH)
            .withUnconfirmed(true);
    private static final Response LOST =
            FakeUpstream.network(Step.END_OF_CONTENT).withUnconfirmed(true);
    private static final Response NOT_FOUND = TIMEOUT.withNote("not found in Sent Items before this attempt");
    private static final Response NOT_SEARCHED = graph(Step.MAIL, "503 ServiceUnavailable: no");
    private static final Response FOUND = graph(Step.AUTH, "202 Found in Sent Items");

    @TempDir
    private Path directory;

    private DeliveryFixture relay;
    private NoticeSettings notices = DeliveryFixture.NOTICES;

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
        relay.upstream.lookingUp();
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void repeatsAMessageThreeTimesAtMostAndNotifiesTheAdminOnly() throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example", "bert@contoso.example");

        deliverAfter(Duration.ZERO, TIMEOUT);
        deliverAfter(Duration.ofMinutes(1), LOST);
        restart();
        deliverAfter(Duration.ofMinutes(5), TIMEOUT);
        assertThat(relay.journal.lines("failed")).isEmpty();
        deliverAfter(Duration.ofMinutes(30), TIMEOUT);

        assertThat(relay.journal.lines("failed"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("notice to it@contoso.example"));
        List<HistoryEntry> events = relay.queue.notices().history(id);
        assertThat(events)
                .filteredOn(event -> event.kind().equals("failed"))
                .hasSize(2)
                .allSatisfy(event -> {
                    assertThat(event.reason()).isEqualTo("probably-delivered");
                    assertThat(event.uncertain()).isTrue();
                    assertThat(event.detail()).contains("504 UnknownError", "(the message may have been sent)");
                });
        assertThat(events)
                .filteredOn(event -> event.kind().equals("deferred"))
                .hasSize(6)
                .allSatisfy(event -> assertThat(event.reason()).isEqualTo("graph-timeout"));
        relay.deliverDue();
        FakeUpstream.Sent email = relay.upstream.sent().getLast();
        assertThat(email.message().recipients()).singleElement().hasToString("it@contoso.example");
        assertThat(email.content())
                .contains("Probably delivered, but not confirmed", "<anna@contoso.example>, <bert@contoso.example>")
                .contains("504 UnknownError")
                .doesNotContain("multipart/report", "Not delivered");
        relay.clock.advance(Duration.ofDays(6));
        relay.deliverDue();
        assertThat(relay.upstream.sent())
                .as("attempts after the restart, and the email")
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "504 UnknownError: no message",
                "504 ErrorMailboxStoreUnavailable: The mailbox database is temporarily unavailable.",
                "504 ErrorConnectionFailed: The connection to the mailbox server failed.",
                "504 ErrorMailboxFailover: no",
                "502 ErrorProxyRequestProcessingFailed: no",
                "502 BadGateway: upstream said HTTP 400",
                "504 ApplicationThrottled: no",
            })
    void countsEachUnconfirmedAttemptWhateverErrorTheGatewayNames(String reply) throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        Response unconfirmed = graph(Step.END_OF_CONTENT, reply).withUnconfirmed(true);

        deliverAfter(Duration.ZERO, unconfirmed);
        deliverAfter(Duration.ofMinutes(1), unconfirmed);
        restart();
        deliverAfter(Duration.ofMinutes(5), unconfirmed);
        assertThat(relay.journal.lines("failed")).isEmpty();
        deliverAfter(Duration.ofMinutes(30), unconfirmed);

        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::reason)
                .containsExactly("graph-timeout", "graph-timeout", "graph-timeout", "probably-delivered");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void repeatsAMessageThreeTimesAtMostWhateverSentItemsShow(int notFound) throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        for (int repeat = 0; repeat < 3; repeat++) {
            assertThat(relay.journal.lines("failed")).isEmpty();
            restart();
            deliverAfter(Duration.ofHours(2), repeat < notFound ? NOT_FOUND : TIMEOUT);
            assertThat(relay.upstream.repeats()).isEqualTo(1);
        }

        assertThat(relay.journal.lines("failed")).hasSize(1);
    }

    @Test
    void doesNotUseUpRepeatsDuringAnOutage() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        for (int attempt = 0; attempt < 12; attempt++) {
            restart(); // so that the upstream does not count as unreachable
            deliverAfter(Duration.ofHours(2), NOT_SEARCHED);
            assertThat(relay.upstream.repeats()).isEqualTo(1);
            assertThat(relay.journal.lines("failed")).isEmpty();
        }
        deliverAfter(Duration.ofHours(2), FOUND);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
    }

    @Test
    void doesNotCallAMessageUndeliveredThatExpiresAfterAnUnconfirmedAttempt() throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        for (int attempt = 0; attempt < 8; attempt++) {
            deliverAfter(Duration.ofDays(1), NOT_SEARCHED);
            relay.accept("scan@contoso.example", SCAN, "bert@contoso.example");
            deliverAfter(Duration.ZERO, FakeUpstream.OK); // the upstream is not at fault
        }

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("notice to it@contoso.example");
        assertThat(relay.queue.notices().history(id).getLast().reason()).isEqualTo("probably-delivered");
    }

    @Test
    void aMessageFoundInSentItemsDoesNotShowThatTheUpstreamAcceptsMail() {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        relay.accept("scan@contoso.example", SCAN, "bert@contoso.example");
        deliverAfter(Duration.ZERO, graph(Step.END_OF_CONTENT, "403 ErrorAccessDenied: Access is denied."));
        assertThat(relay.journal.events()).endsWith("blocked");
        relay.clock.advance(Duration.ofHours(1));
        relay.check();
        deliverAfter(Duration.ZERO, FOUND);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.journal.lines("unblocked")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ENGLISH | Probably delivered, but not confirmed: Scan | ask the recipients     | Not delivered
        GERMAN  | Wahrscheinlich zugestellt                   | Fragen Sie die Empf    | Nicht zugestellt
        """)
    void notifiesTheAuthorIfThereIsNoAdmin(Language language, String subject, String advice, String never)
            throws Exception {
        notices = new NoticeSettings(null, language, ZoneOffset.UTC, Duration.ZERO, Integer.MAX_VALUE);
        restart();
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, TIMEOUT);
        deliverAfter(Duration.ofMinutes(1), NOT_FOUND);
        deliverAfter(Duration.ofMinutes(5), NOT_FOUND);
        restart(); // so that the upstream does not count as unreachable
        deliverAfter(Duration.ofMinutes(30), NOT_FOUND);

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("notice to scan@contoso.example");
        relay.deliverDue();
        FakeUpstream.Sent notice = relay.upstream.sent().getLast();
        assertThat(notice.message().recipients()).singleElement().hasToString("scan@contoso.example");
        assertThat(text(notice.content()))
                .contains(subject, advice, "not found in Sent Items before this attempt")
                .doesNotContain(never);
    }

    @Test
    void doesNotCallAMessageUndeliveredThatExpiresUnconfirmed() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        for (int attempt = 0; attempt < 6; attempt++) {
            restart(); // so that the upstream does not count as unreachable
            deliverAfter(Duration.ofDays(1), graph(Step.END_OF_CONTENT, "503 ServiceUnavailable: no"));
        }
        deliverAfter(Duration.ofDays(1), TIMEOUT);

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains("notice to it@contoso.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        END_OF_CONTENT | GRAPH   | 503 ServiceUnavailable: no                    | true
        END_OF_CONTENT | GRAPH   | 503 CommandConcurrencyLimitReached: no        | false
        END_OF_CONTENT | GRAPH   | 412 ErrorIrresolvableConflict: no             | false
        END_OF_CONTENT | NETWORK | 451 4.4.2 lost                                | true
        CONTENT        | GRAPH   | 503 ServiceUnavailable: no                    | false
        """)
    void looksAMessageUpOnlyIfItMayHaveBeenSent(Step step, Origin origin, String reply, boolean isRepeat) {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        deliverAfter(Duration.ZERO, new Response(step, Reply.parse(reply).orElseThrow(), origin));
        deliverAfter(Duration.ofHours(1), FakeUpstream.OK);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.upstream.repeats()).isEqualTo(isRepeat ? 1 : 0);
    }

    @Test
    void looksAMessageUpWhoseAttemptWasInterrupted() throws Exception {
        relay.accept("scan@contoso.example", SCAN, "anna@contoso.example");
        assertThat(relay.queue.claims().claim(relay.sender.claimScope(), 1)).hasSize(1);
        restart();
        deliverAfter(Duration.ZERO, FakeUpstream.OK);

        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.upstream.repeats()).isEqualTo(1);
    }

    /// Checks that the message is due after this delay, and not much earlier, and delivers it.
    private void deliverAfter(Duration delay, Response response) {
        Instant due = relay.clock.instant().plus(delay);
        if (delay.compareTo(Duration.ofHours(1)) < 0 && delay.isPositive()) {
            relay.clock.advance(delay.minusSeconds(1));
            int attempts = relay.upstream.sent().size();
            relay.deliverDue();
            assertThat(relay.upstream.sent()).as("before " + due).hasSize(attempts);
            relay.clock.advance(delay.dividedBy(8));
        } else {
            relay.clock.advance(delay);
        }
        relay.upstream.answer(response);
        relay.deliverDue();
    }

    /// @return the subject and the text of a notice, on one line
    private static String text(String content) throws IOException, MessagingException {
        MimeMessage message = new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(content.getBytes(StandardCharsets.ISO_8859_1)));
        Object body = ((MimeMultipart) message.getContent()).getBodyPart(0).getContent();
        return (message.getSubject() + " " + body).replaceAll("\\s+", " ");
    }

    private static Response graph(Step step, String reply) {
        return new Response(step, Reply.parse(reply).orElseThrow(), Origin.GRAPH);
    }

    private void restart() throws Exception {
        relay.close();
        relay = new DeliveryFixture(directory, relay.clock, notices, DeliveryFixture.UNLIMITED);
        relay.upstream.lookingUp();
    }
}
