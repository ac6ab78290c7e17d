package org.o365relay.deliver.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.OutgoingMessage.Content;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.QueueId;
import org.slf4j.LoggerFactory;

@Timeout(120)
class DraftTest {

    private static final String HEADER = String.join(
            "\r\n",
            "From: relay@contoso.example",
            "To: Ann <ann@contoso.com>",
            "Message-ID: <1@printer>",
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "");
    private static final String TEXT = "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n";
    private static final String REST = HEADER + TEXT + "--b--\r\n";
    private static final String PUT = "PUT /*";
    private static final String LIST = "GET /messages/*/attachments";
    private static final String UNSAID = "502 UploadFailed: Microsoft Graph did not report the state of the upload";
    private static final byte[] CHUNK = chunk();
    private static final int RANGE = 3_276_800;

    @TempDir
    private Path spool;

    private GraphFixture fixture;
    private FakeGraph graph;

    @BeforeEach
    void start() throws IOException {
        fixture = new GraphFixture(spool);
        graph = fixture.graph;
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void reportsADraftWhoseDescriptionDoesNotEnd() {
        graph.next("POST /messages", FakeGraph.answeringForEver(201, "a"));
        Response response = fixture.send(scan(100_000));
        assertThat(response.origin()).isEqualTo(Origin.NETWORK);
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.reply().toString()).isEqualTo("451 4.5.0 the response from 127.0.0.1 is larger than 8 MiB");
        assertThat(graph.sent()).isEmpty();
    }

    @Test
    void uploadsASmallAttachmentInOneRequest() throws IOException {
        Response response = fixture.send(scan(100_000), "ann@contoso.com", "bob@fabrikam.com");

        assertThat(response.step()).isEqualTo(Step.END_OF_CONTENT);
        assertThat(response.reply().code()).isEqualTo(202);
        assertThat(graph.asked())
                .containsExactly("POST /messages", "POST /messages/*/attachments", "POST /messages/*/send");
        assertThat(graph.sent())
                .containsExactly(REST.replaceFirst("boundary=b\r\n", "boundary=b\r\nBcc: <bob@fabrikam.com>\r\n"));
        assertArrived(100_000);
        assertThat(graph.draft(1).file("scan.pdf").description())
                .contains("#microsoft.graph.fileAttachment", "\"contentType\":\"application/pdf\"");
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void uploadsALargeAttachmentInRanges() throws IOException {
        assertThat(fixture.send(scan(7_000_000)).reply().code()).isEqualTo(202);

        assertThat(graph.asked())
                .containsExactly(
                        "POST /messages",
                        "POST /messages/*/attachments/createUploadSession",
                        PUT,
                        PUT,
                        PUT,
                        "POST /messages/*/send");
        assertThat(graph.sent()).containsExactly(REST);
        assertArrived(7_000_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_000_000, RANGE - 1})
    void resumesAnUploadAfterALostConnection(long arrived) throws IOException {
        graph.next(PUT, _ -> false);
        graph.next(PUT, graph.dropping(arrived));

        assertThat(fixture.send(scan(7_000_000)).reply().code()).isEqualTo(202);

        assertThat(graph.asked()).contains("GET /*");
        assertArrived(7_000_000);
    }

    @Test
    void resumesAnUploadAfterALostResponse() throws IOException {
        graph.next(PUT, graph.dropping(RANGE));

        assertThat(fixture.send(scan(7_000_000)).reply().code()).isEqualTo(202);

        assertArrived(7_000_000);
    }

    @Test
    void findsTheAttachmentIfTheLastResponseWasLost() throws IOException {
        graph.next(PUT, _ -> false);
        graph.next(PUT, graph.dropping(4_000_000 - RANGE));

        assertThat(fixture.send(scan(4_000_000)).reply().code()).isEqualTo(202);

        assertThat(graph.asked()).containsSequence(PUT, "GET /*", LIST, "POST /messages/*/send");
        assertArrived(4_000_000);
    }

    @Test
    void restartsTheUploadIfTheLastResponseWasLostAndTheAttachmentIsMissing() {
        graph.next(PUT, _ -> false);
        graph.next(PUT, graph.dropping(4_000_000 - RANGE));
        graph.next(LIST, FakeGraph.answering(200, "{\"value\":[{\"name\":\"scan.pdf\",\"size\":3999999}]}"));

        assertNotSent(fixture.send(scan(4_000_000)), "404 ErrorItemNotFound: The session is over. (request-id r-1)");
    }

    @Test
    void doesNotTakeAProxysResponseForTheEndOfAnUpload() {
        graph.next(PUT, _ -> false);
        graph.next(PUT, FakeGraph.answering(503, "busy"));
        graph.next("GET /*", FakeGraph.answering(200, "<h1>Welcome to the guest network</h1>"));

        assertNotSent(fixture.send(scan(4_000_000)), UNSAID);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202})
    void acceptsOnly201AsTheEndOfAnUpload(int status) {
        graph.next(PUT, _ -> false);
        graph.next(PUT, FakeGraph.answering(status, "{}"));

        assertNotSent(fixture.send(scan(4_000_000)), UNSAID);
    }

    @Test
    void ignoresA201ResponseBeforeTheLastRange() {
        graph.next(PUT, FakeGraph.answering(201, "{}"));

        assertNotSent(fixture.send(scan(4_000_000)), UNSAID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://outlook.example/1", "mailto:a@b.example", "/upload-1", "https:///1", "no address"})
    void rejectsAnUnusableUploadUrl(String address) {
        graph.next(
                "POST /messages/*/attachments/createUploadSession",
                FakeGraph.answering(201, "{\"uploadUrl\":\"" + address + "\"}"));

        assertNotSent(
                fixture.send(scan(4_000_000)),
                "502 UploadFailed: Microsoft Graph returned no usable URL for the upload");
    }

    private void assertNotSent(Response response, String reply) {
        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.reply().toString()).isEqualTo(reply);
        assertThat(graph.sent()).isEmpty();
        assertThat(graph.drafts()).isEmpty();
    }

    @Test
    void repeatsRangesThatGraphHasLost() throws IOException {
        graph.next(PUT, _ -> false);
        graph.next(PUT, exchange -> {
            graph.forgetUploads();
            return FakeGraph.answering(200, "{\"nextExpectedRanges\":[\"0-\"]}").act(exchange);
        });

        assertThat(fixture.send(scan(7_000_000)).reply().code()).isEqualTo(202);

        assertArrived(7_000_000);
    }

    @Test
    void abortsAnUploadThatMakesNoProgress() throws IOException {
        for (int i = 0; i < 10; i++) {
            graph.next(PUT, FakeGraph.refusing(503, "ServiceUnavailable", "busy"));
        }

        Response response = fixture.send(scan(4_000_000));

        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.GRAPH);
        assertThat(response.reply().toString()).isEqualTo("503 ServiceUnavailable: busy (request-id r-1)");
        assertThat(response.mayHaveArrived()).isFalse();
        assertThat(graph.asked()).filteredOn(PUT::equals).hasSize(4);
        assertThat(graph.drafts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "POST /messages/*/attachments/createUploadSession, 413",
        "PUT /*, 404",
        "POST /messages/*/send, 404",
        "POST /messages/*/send, 403",
        "POST /messages/*/send, 429"
    })
    void deletesADraftThatFails(String request, int status) throws IOException {
        graph.next(request, FakeGraph.refusing(status, "ErrorWhatever", "no"));

        Response response = fixture.send(scan(4_000_000));

        assertThat(response.reply().toString()).startsWith(status + " ErrorWhatever: no");
        assertThat(response.step())
                .isEqualTo(request.endsWith("/send") && status != 404 ? Step.END_OF_CONTENT : Step.CONTENT);
        assertThat(graph.asked()).last().isEqualTo("DELETE /messages/*");
        assertThat(graph.drafts()).isEmpty();
        assertThat(graph.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /messages", "POST /messages/*/attachments"})
    void reportsThatTheAppMayNotCreateDrafts(String request) {
        graph.next(request, FakeGraph.refusing(403, "ErrorAccessDenied", "Access is denied."));

        Response response = fixture.send(scan(100_000));

        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.reply().toString())
                .isEqualTo("403 DraftsForbidden: the app may not create drafts (Mail.ReadWrite), which large messages"
                        + " need: ErrorAccessDenied: Access is denied. (request-id r-1)");
        Verdict verdict = new FailurePolicy(new EmailAddress("relay", "contoso.example")).judge(response, false);
        assertThat(verdict.name()).isEqualTo("graph-drafts-forbidden");
        assertThat(verdict.scope()).as("scope of the failure").isEqualTo(Scope.MESSAGE);
        assertThat(verdict.outcome()).isInstanceOf(Outcome.Deferred.class);
        assertThat(verdict.advice()).contains("Mail.ReadWrite");
    }

    @Test
    void doesNotTakeAProxysPageForAMissingPermission() {
        graph.next("POST /messages", FakeGraph.answering(403, "<h1>Blocked</h1>"));

        assertThat(fixture.send(scan(100_000)).reply().toString()).isEqualTo("403 HTTP 403: Blocked");
    }

    @Test
    void keepsADraftThatMayHaveBeenSent() throws IOException {
        graph.next("POST /messages/*/send", _ -> true);

        Response response = fixture.send(scan(4_000_000));

        assertThat(response.mayHaveArrived()).isTrue();
        assertThat(graph.asked()).doesNotContain("DELETE /messages/*");
    }

    @ParameterizedTest
    @CsvSource({
        "POST /messages, 0, an unsent draft may be left",
        "POST /messages, 503, an unsent draft may be left",
        "POST /messages, 403, ''",
        "POST /messages/*/send, 0, it is unknown whether the draft was sent",
        "POST /messages/*/send, 504, it is unknown whether the draft was sent",
        "POST /messages/*/send, 403, ''",
        "GET /nothing, 0, ''"
    })
    void logsADraftThatMayBeLeft(String request, int status, String words) {
        graph.next(
                request,
                status == 0
                        ? exchange -> {
                            exchange.getRequestBody().readAllBytes();
                            return true; // closed without an answer
                        }
                        : FakeGraph.refusing(status, "ErrorWhatever", "no"));
        Logger log = (Logger) LoggerFactory.getLogger(Draft.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        try {
            fixture.send(scan(100_000));
        } finally {
            log.detachAppender(lines);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .allSatisfy(line -> assertThat(line).startsWith("message " + new QueueId(7) + ": " + words))
                .hasSize(words.isEmpty() ? 0 : 1);
    }

    @Test
    void logsADraftThatCannotBeDeleted() throws IOException {
        graph.next("POST /messages/*/attachments", FakeGraph.refusing(400, "ErrorWhatever", "no"));
        graph.next("DELETE /messages/*", FakeGraph.refusing(500, "ErrorInternalServerError", "no"));

        assertThat(fixture.send(scan(100_000)).reply().toString()).startsWith("400 ErrorWhatever: no");
    }

    @Test
    void correctsADraftWhoseRecipientsGraphReadsDifferently() throws IOException {
        graph.readRecipientsAs(
                ",\"toRecipients\":[{\"emailAddress\":{\"name\":\"Ann\",\"address\":\"Ann@contoso.com\"}}],"
                        + "\"ccRecipients\":[],\"bccRecipients\":[]");

        fixture.send(scan(100_000), "ann@contoso.com", "bob@fabrikam.com");
        fixture.send(scan(100_000), "ann@contoso.com");

        assertThat(graph.draft(1).corrections())
                .containsExactly(
                        "{\"toRecipients\":[{\"emailAddress\":{\"name\":\"Ann\",\"address\":\"ann@contoso.com\"}}],"
                                + "\"ccRecipients\":[],"
                                + "\"bccRecipients\":[{\"emailAddress\":{\"address\":\"bob@fabrikam.com\"}}]}");
        assertThat(graph.draft(2).corrections()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "7", "{}", "[null]", "[{\"emailAddress\":7}]"})
    void correctsADraftWhoseBccRecipientsCannotBeRead(String bcc) throws IOException {
        graph.readRecipientsAs(",\"toRecipients\":[{\"emailAddress\":{\"address\":\"eve@fabrikam.com\"}}],"
                + "\"ccRecipients\":[],\"bccRecipients\":" + bcc);

        fixture.send(scan(100_000), "ann@contoso.com");

        assertThat(graph.draft(1).corrections()).hasSize(1);
    }

    @Test
    void deletesADraftWhoseRecipientsCannotBeReadIfItIsNotSent() throws IOException {
        graph.readRecipientsAs(",\"toRecipients\":7,\"bccRecipients\":[{\"emailAddress\":\"ann\"}]");
        graph.next("POST /messages/*/attachments", FakeGraph.refusing(400, "ErrorWhatever", "no"));

        assertThat(fixture.send(scan(100_000)).reply().toString()).startsWith("400 ErrorWhatever: no");

        assertThat(graph.asked()).contains("PATCH /messages/*").last().isEqualTo("DELETE /messages/*");
        assertThat(graph.drafts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "message/rfc822",
                "application/pkcs7-mime",
                "multipart/signed; boundary=c; protocol=\"application/pkcs7-signature\""
            })
    void refusesMessagesThatCannotBeSentAsADraft(String type) {
        String part = "--b\r\nContent-Type: " + type + "\r\n\r\n" + "x".repeat(40_000) + "\r\n";

        Response response = fixture.send(HEADER + part + "--b--\r\n");

        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.UNSUITABLE);
        assertThat(response.reply().toString())
                .startsWith("552 5.3.4 Message too large for Microsoft Graph")
                .endsWith("use SMTP for larger mail");
        assertThat(graph.asked()).isEmpty();
    }

    @Test
    void refusesAnAttachmentTooLargeForGraph() {
        GraphUpstream upstream = fixture.upstreamTaking(99_999);

        Response response = GraphFixture.send(upstream, scan(100_000));

        assertThat(response.reply().toString()).startsWith("552 5.3.4 Message too large");
        assertThat(graph.asked()).isEmpty();
    }

    @Test
    void uploadsAHundredAndTwentyMegabytes() throws IOException {
        assertThat(fixture.send(scan(120_000_000)).reply().code()).isEqualTo(202);

        assertArrived(120_000_000);
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void reportsThatThereIsNoRoomForALargeMessage() throws IOException {
        Files.delete(spool);

        Response response = fixture.send(scan(100_000));

        assertThat(response.step()).isEqualTo(Step.CONTENT);
        assertThat(response.origin()).isEqualTo(Origin.RELAY);
        assertThat(response.reply().toString()).startsWith("452 4.3.1 cannot write a large message to " + spool);
        Files.createDirectory(spool);
    }

    private void assertArrived(int size) throws IOException {
        FakeGraph.Upload file = graph.draft(1).file("scan.pdf");
        CRC32 checksum = new CRC32();
        write(size, checksum::update, checksum::update);
        assertThat(file.reached()).isEqualTo(size);
        assertThat(file.checksum()).isEqualTo(checksum.getValue());
    }

    private static Content scan(int size) {
        return out -> {
            out.write((HEADER + TEXT + "--b\r\nContent-Type: application/pdf; name=scan.pdf\r\n"
                            + "Content-Transfer-Encoding: base64\r\n\r\n")
                    .getBytes(ISO_8859_1));
            byte[] lines = (Base64.getMimeEncoder().encodeToString(CHUNK) + "\r\n").getBytes(ISO_8859_1);
            write(
                    size,
                    _ -> out.write(lines),
                    last -> out.write(Base64.getMimeEncoder().encode(last)));
            out.write("\r\n--b--\r\n".getBytes(ISO_8859_1));
        };
    }

    private static void write(int size, Chunks whole, Chunks last) throws IOException {
        int left = size;
        for (; left > CHUNK.length; left -= CHUNK.length) {
            whole.take(CHUNK);
        }
        last.take(Arrays.copyOf(CHUNK, left));
    }

    private static byte[] chunk() {
        byte[] chunk = new byte[57 * 1_001];
        new Random(1).nextBytes(chunk);
        return chunk;
    }

    @FunctionalInterface
    private interface Chunks {
        void take(byte[] octets) throws IOException;
    }
}
