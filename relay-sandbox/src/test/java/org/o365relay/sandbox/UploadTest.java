package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.SandboxFixture.USER;
import static org.o365relay.sandbox.WebClient.GRAPH;
import static org.o365relay.sandbox.WebClient.graphError;
import static org.o365relay.sandbox.WebClient.members;
import static org.o365relay.sandbox.WebClient.text;

import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;

/// Upload sessions for large attachments.
final class UploadTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    private static final int SIZE = 5_000_000;
    private static final int RANGE = 327_680 * 8;
    private static final String MESSAGES = "/v1.0/users/" + USER + "/messages";

    private final byte[] scan = new byte[SIZE];
    private WebClient web;
    private String token;
    private String draft;

    @BeforeEach
    void createDraft() throws Exception {
        new SplittableRandom(7).nextBytes(scan);
        web = SANDBOX.web();
        token = web.token(GRAPH);
        HttpResponse<String> made = web.mime(
                MESSAGES,
                token,
                "From: <relay@contoso.example>\r\nTo: a@example.org\r\nMessage-ID: <1@mfp>\r\nSubject: scan\r\n\r\ntext\r\n");
        draft = MESSAGES + "/" + text(made, "id");
    }

    private HttpResponse<String> session(long size) throws Exception {
        return web.json("POST", draft + "/attachments/createUploadSession", token, """
            {"AttachmentItem": {"attachmentType": "file", "name": "scan.pdf", "contentType": "application/pdf",
             "size": %d}}""".formatted(size));
    }

    @Test
    void acceptsRangesInOrderAndResumesAfterADroppedConnection() throws Exception {
        HttpResponse<String> session = session(SIZE);
        assertThat(session.statusCode()).isEqualTo(201);
        String address = text(session, "uploadUrl");
        assertThat(members(session)).containsEntry("nextExpectedRanges", List.of("0-"));

        HttpResponse<String> first = web.range(address, Arrays.copyOf(scan, RANGE), 0, SIZE);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(members(first)).containsEntry("nextExpectedRanges", List.of(RANGE + "-"));

        byte[] rest = Arrays.copyOfRange(scan, RANGE, SIZE);
        SANDBOX.sandbox().faults().add(Fault.parse("graph/AttachmentSessions:drop"));
        assertThatThrownBy(() -> web.range(address, rest, RANGE, SIZE)).isInstanceOf(IOException.class);
        SANDBOX.sandbox().faults().clear();
        assertThat(members(web.get(address))).containsEntry("nextExpectedRanges", List.of(RANGE + "-"));

        HttpResponse<String> last = web.range(address, rest, RANGE, SIZE);
        assertThat(last.statusCode()).isEqualTo(201);
        assertThat(last.body()).isEmpty();
        assertThat(web.get(address).statusCode()).isEqualTo(404);
        assertThat(web.json("POST", draft + "/send", token, "").statusCode()).isEqualTo(202);
        assertThat(attachment(SANDBOX.sandbox().accepted().getLast())).isEqualTo(scan);
        assertThat(SANDBOX.sandbox().callCounts().of("upload")).isGreaterThanOrEqualTo(5);
    }

    private static byte[] attachment(AcceptedMessage accepted) throws Exception {
        assertThat(accepted.messageId()).isEqualTo("<1@mfp>");
        MimeMessage message =
                new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(accepted.content()));
        MimeMultipart parts = (MimeMultipart) message.getContent();
        assertThat(parts.getBodyPart(0).getContent()).isEqualTo("text\r\n");
        assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("scan.pdf");
        assertThat(parts.getBodyPart(1).getContentType()).startsWith("application/pdf");
        return parts.getBodyPart(1).getInputStream().readAllBytes();
    }

    @ParameterizedTest
    @CsvSource({
        "100, 4000000, 200, 416 ErrorInvalidRange",
        "0, 4000000, 200, 400 ErrorInvalidRequest",
        "0, 5000000, 200, 400 ErrorInvalidRequest"
    })
    void refusesInvalidRanges(long from, long size, int length, String said) throws Exception {
        String address = text(session(4_000_000), "uploadUrl");
        HttpResponse<String> answer = said.startsWith("416") || size != 4_000_000
                ? web.range(address, new byte[length], from, size)
                : web.send(web.to(address).PUT(java.net.http.HttpRequest.BodyPublishers.ofByteArray(new byte[length])));
        assertThat(graphError(answer)).isEqualTo(said);
    }

    @Test
    void refusesRangesAboveFourMegabytesAndAuthorization() throws Exception {
        String address = text(session(SIZE), "uploadUrl");
        assertThat(graphError(web.range(address, scan, 0, SIZE))).isEqualTo("413 RequestEntityTooLarge");
        assertThat(graphError(web.get(address, "Authorization", "Bearer " + token)))
                .isEqualTo("401 InvalidAuthenticationToken");
    }

    @Test
    void refusesAttachmentsThatAreTooSmallOrTooLarge() throws Exception {
        assertThat(graphError(session(2_999_999))).isEqualTo("400 ErrorAttachmentSizeShouldNotBeLessThanMinimumSize");
        assertThat(graphError(session(157_286_401))).isEqualTo("413 ErrorMessageSizeExceeded");
    }

    @Test
    void deletesACancelledSession() throws Exception {
        String address = text(session(SIZE), "uploadUrl");
        assertThat(web.send(web.to(address).DELETE()).statusCode()).isEqualTo(204);
        assertThat(web.get(address).statusCode()).isEqualTo(404);
    }
}
