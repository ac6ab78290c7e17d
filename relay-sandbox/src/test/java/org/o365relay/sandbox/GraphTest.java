package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.SandboxFixture.USER;
import static org.o365relay.sandbox.WebClient.EXCHANGE;
import static org.o365relay.sandbox.WebClient.GRAPH;
import static org.o365relay.sandbox.WebClient.graphError;
import static org.o365relay.sandbox.WebClient.members;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.web.JsonValues;

final class GraphTest {

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    private static final String SEND = "/v1.0/users/" + USER + "/sendMail";
    private static final String MESSAGE = """
        From: <relay@contoso.example>
        To: A <a@example.org>, b@example.org
        Cc: c@example.org
        bcc: hidden@example.org,
         a@example.org
        Subject: hello

        Bcc: not a header
        """.replace("\n", "\r\n");

    private WebClient web;
    private String token;
    private int before;

    @BeforeEach
    void signIn() throws Exception {
        web = SANDBOX.web();
        token = web.token(GRAPH);
        before = SANDBOX.sandbox().acceptedCount();
    }

    @Test
    void acceptsAMessageForTheRecipientsOfItsHeaderAndRemovesBcc() throws Exception {
        HttpResponse<String> answer = web.mime(SEND, token, MESSAGE);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
        AcceptedMessage accepted = SANDBOX.sandbox().accepted().getLast();
        assertThat(accepted.ingress()).isEqualTo(Ingress.GRAPH);
        assertThat(accepted.envelopeFrom()).isEqualTo(USER);
        assertThat(accepted.envelopeTo())
                .containsExactly("a@example.org", "b@example.org", "c@example.org", "hidden@example.org");
        assertThat(accepted.mechanism()).isEqualTo("Bearer");
        assertThat(new String(accepted.content(), StandardCharsets.UTF_8)).isEqualTo("""
            From: <relay@contoso.example>
            To: A <a@example.org>, b@example.org
            Cc: c@example.org
            Subject: hello

            Bcc: not a header
            """.replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        no token            | 401 InvalidAuthenticationToken
        token for Exchange  | 401 InvalidAuthenticationToken
        no role             | 403 ErrorAccessDenied
        another mailbox     | 403 ErrorAccessDenied
        no such user        | 404 ErrorInvalidUser
        no base64           | 400 ErrorMimeContentInvalidBase64String
        no recipients       | 400 ErrorInvalidRecipients
        a group             | 400 ErrorInvalidRecipients
        no address          | 400 ErrorInvalidRecipients
        foreign author      | 403 ErrorSendAsDenied
        too large           | 413 RequestEntityTooLarge
        full                | 507 ErrorQuotaExceeded
        quota               | 429 ErrorSubmissionQuotaExceeded
        """)
    void refusesRequestsWithGraphErrors(String failure, String said) throws Exception {
        HttpResponse<String> answer = answer(failure);
        assertThat(graphError(answer)).isEqualTo(said);
        assertThat(JsonValues.asObject(members(answer).get("error"))).containsKeys("message", "innerError");
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before);
    }

    private HttpResponse<String> answer(String failure) throws Exception {
        return switch (failure) {
            case "no token" -> web.mime(SEND, "nonsense", MESSAGE);
            case "token for Exchange" -> web.mime(SEND, web.token(EXCHANGE), MESSAGE);
            case "no role" -> {
                app(app -> app.withRoles("SMTP.SendAsApp"));
                yield web.mime(SEND, web.token(GRAPH), MESSAGE);
            }
            case "another mailbox" -> {
                app(app -> app.forMailboxes("other@contoso.example"));
                yield web.mime(SEND, web.token(GRAPH), MESSAGE);
            }
            case "no such user" -> web.mime("/v1.0/users/nobody@contoso.example/sendMail", token, MESSAGE);
            case "no base64" ->
                web.send(web.to(SEND)
                        .headers("Authorization", "Bearer " + token, "Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("From: relay")));
            case "no recipients" -> web.mime(SEND, token, "From: <relay@contoso.example>\r\n\r\n");
            case "a group" -> web.mime(SEND, token, "To: undisclosed-recipients:;\r\nBcc: a@example.org\r\n\r\n");
            case "no address" -> web.mime(SEND, token, "To: nobody\r\n\r\n");
            case "foreign author" -> web.mime(SEND, token, MESSAGE.replace("relay@", "foreign@"));
            case "too large" -> web.mime(SEND, token, new byte[3_200_000]);
            case "full" -> {
                SANDBOX.change(settings -> settings.submission(
                        exchange -> exchange.withMailboxes(SandboxFixture.ACCOUNT.withStorageFull())));
                yield web.mime(SEND, token, MESSAGE);
            }
            default -> {
                SANDBOX.change(
                        settings -> settings.limits(limits -> limits.withRecipients(3, SandboxLimits.UNLIMITED)));
                yield web.mime(SEND, token, MESSAGE);
            }
        };
    }

    private static void app(java.util.function.UnaryOperator<AppRegistration> change) {
        SANDBOX.change(settings -> settings.entra(
                entra -> entra.with(change.apply(AppRegistration.withSecret(WebClient.APP, WebClient.SECRET)))));
    }

    @Test
    void dropsLargeMessagesSilentlyWith200() throws Exception {
        byte[] large = (MESSAGE + "x".repeat(2_240 * 1_024)).getBytes(StandardCharsets.UTF_8);
        assertThat(web.mime(SEND, token, large).statusCode()).isEqualTo(200);
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before);
        SANDBOX.change(settings -> settings.graph(graph -> graph.withSilentDropAbove(Long.MAX_VALUE)));
        assertThat(web.mime(SEND, token, large).statusCode()).isEqualTo(202);
        assertThat(SANDBOX.sandbox().accepted().getLast().size()).isGreaterThan(2_240 * 1_024);
    }

    @Test
    void injectsAFaultOnce() throws Exception {
        fault("graph/sendMail:429 retry-after 5 ApplicationThrottled Too much.*1");
        HttpResponse<String> throttled = web.mime(SEND, token, MESSAGE);
        assertThat(graphError(throttled)).isEqualTo("429 ApplicationThrottled");
        assertThat(throttled.headers().firstValue("Retry-After")).contains("5");

        fault("graph:503-after-accepting*1");
        assertThat(graphError(web.mime(SEND, token, MESSAGE))).isEqualTo("503 ServiceUnavailable");
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before + 1);

        fault("graph:200*1");
        assertThat(graphError(web.mime(SEND, token, MESSAGE))).isEqualTo("200");
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before + 1);

        fault("graph:delay 50ms*1");
        long start = System.nanoTime();
        assertThat(web.mime(SEND, token, MESSAGE).statusCode()).isEqualTo(202);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }

    @Test
    void dropsTheConnectionAfterAccepting() {
        fault("graph/sendMail:drop-after-accepting");
        assertThatThrownBy(() -> web.mime(SEND, token, MESSAGE)).isInstanceOf(IOException.class);
        assertThat(SANDBOX.sandbox().acceptedCount()).isGreaterThan(before);
    }

    private static void fault(String text) {
        SANDBOX.sandbox().faults().add(Fault.parse(text));
    }

    @Test
    void limitsConcurrentRequests() throws Exception {
        SANDBOX.change(settings -> settings.limits(limits -> limits.withGraphRequests(1)));
        fault("graph/sendMail:delay 2s*1");
        CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(this::status);
        SANDBOX.sandbox().faults().awaitNone();
        HttpResponse<String> second = web.mime(SEND, token, MESSAGE);
        assertThat(graphError(second)).isEqualTo("429 ApplicationThrottled");
        assertThat(second.headers().firstValue("Retry-After")).contains("1");
        assertThat(slow.join()).isEqualTo(202);
        assertThat(web.mime(SEND, token, MESSAGE).statusCode()).isEqualTo(202);
    }

    private int status() {
        try {
            return web.mime(SEND, token, MESSAGE).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keepsTheMessageIdOfADraftWithoutAttachments() throws Exception {
        HttpResponse<String> made = web.json("POST", "/v1.0/users/" + USER + "/messages", token, """
            {"subject": "short", "internetMessageId": "<1@mfp>", "body": {"contentType": "text", "content": "hello"},
             "toRecipients": [{"emailAddress": {"address": "a@example.org"}}]}\
            """);
        String draft = "/v1.0/users/" + USER + "/messages/" + WebClient.text(made, "id");
        assertThat(web.json("PATCH", draft, token, """
            {"body": {"contentType": "html", "content": "<b>hello</b>"}}\
            """).statusCode()).isEqualTo(200);
        assertThat(graphError(web.json("POST", draft + "/send", token, ""))).isEqualTo("202");

        String sent = new String(SANDBOX.sandbox().accepted().getLast().content(), StandardCharsets.UTF_8);
        assertThat(sent).contains("Message-ID: <1@mfp>\r\n", "Content-Type: text/html", "<b>hello</b>");
    }

    @Test
    void sendsADraftCreatedFromJson() throws Exception {
        HttpResponse<String> made = web.json("POST", "/v1.0/users/" + USER + "/messages", token, """
            {"subject": "Grüße", "body": {"contentType": "html", "content": "<b>hello</b>"},
             "toRecipients": [{"emailAddress": {"address": "a@example.org", "name": "A, B"}}],
             "internetMessageHeaders": [{"name": "X-Device", "value": "mfp"}]}\
            """);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        String draft = "/v1.0/users/" + USER + "/messages/" + WebClient.text(made, "id");
        assertThat(web.json("PATCH", draft, token, """
            {"bccRecipients": [{"emailAddress": {"address": "b@example.org"}}]}\
            """).statusCode()).isEqualTo(200);
        assertThat(web.json("POST", draft + "/attachments", token, """
            {"@odata.type": "#microsoft.graph.fileAttachment", "name": "scan.pdf", "contentBytes": "aGVsbG8="}\
            """).statusCode())
                .isEqualTo(201);
        assertThat(SANDBOX.sandbox().acceptedCount()).isEqualTo(before);
        assertThat(graphError(web.json("POST", draft + "/send", token, ""))).isEqualTo("202");
        assertThat(graphError(web.json("POST", draft + "/send", token, ""))).isEqualTo("404 ErrorItemNotFound");

        AcceptedMessage accepted = SANDBOX.sandbox().accepted().getLast();
        assertThat(accepted.envelopeTo()).containsExactly("a@example.org", "b@example.org");
        assertThat(accepted.subject()).isEqualTo("Grüße");
        assertThat(new String(accepted.content(), StandardCharsets.UTF_8))
                .contains("<b>hello</b>", "filename=scan.pdf", "aGVsbG8=", "X-Device: mfp")
                .doesNotContain("b@example.org");
    }

    @Test
    void keepsAMimeDraftUnchanged() throws Exception {
        HttpResponse<String> made = web.mime("/v1.0/users/" + USER + "/messages", token, MESSAGE);
        String draft = "/v1.0/users/" + USER + "/messages/" + WebClient.text(made, "id");
        assertThat(WebClient.text(web.get(draft, "Authorization", "Bearer " + token), "subject"))
                .isEqualTo("hello");
        assertThat(web.json("POST", draft + "/send", token, "").statusCode()).isEqualTo(202);
        assertThat(new String(SANDBOX.sandbox().accepted().getLast().content(), StandardCharsets.UTF_8))
                .endsWith("Subject: hello\r\n\r\nBcc: not a header\r\n")
                .doesNotContain("hidden@");
    }

    @Test
    void deletesADraftAndRefusesUnknownDrafts() throws Exception {
        HttpResponse<String> made = web.mime("/v1.0/users/" + USER + "/messages", token, MESSAGE);
        String draft = "/v1.0/users/" + USER + "/messages/" + WebClient.text(made, "id");
        assertThat(web.json("DELETE", draft, token, "").statusCode()).isEqualTo(204);
        assertThat(graphError(web.json("DELETE", draft, token, ""))).isEqualTo("404 ErrorItemNotFound");
        assertThat(graphError(web.json("POST", "/v1.0/users/" + USER + "/calendar", token, "{}")))
                .isEqualTo("400 ErrorInvalidRequest");
    }

    @Test
    void requiresReadWriteForDrafts() throws Exception {
        app(app -> app.withRoles("Mail.Send"));
        String sendOnly = web.token(GRAPH);
        assertThat(web.mime(SEND, sendOnly, MESSAGE).statusCode()).isEqualTo(202);
        assertThat(graphError(web.mime("/v1.0/users/" + USER + "/messages", sendOnly, MESSAGE)))
                .isEqualTo("403 ErrorAccessDenied");
    }

    @Test
    void sendsAJsonMessageInOneRequest() throws Exception {
        HttpResponse<String> answer = web.json("POST", SEND, token, """
            {"message": {"subject": "x", "body": {"contentType": "text", "content": "y"},
             "toRecipients": [{"emailAddress": {"address": "a@example.org"}}]}, "saveToSentItems": false}\
            """);
        assertThat(graphError(answer)).isEqualTo("202");
        assertThat(Optional.ofNullable(SANDBOX.sandbox().accepted().getLast().subject()))
                .contains("x");
        assertThat(graphError(web.json("POST", SEND, token, "nonsense"))).isEqualTo("400 ErrorInvalidRequest");
    }

    @Test
    void refusesUnknownPaths() throws Exception {
        for (String path : new String[] {"/v1.0/", "/v1.0/users", "/v1.0/groups/x/y"}) {
            assertThat(graphError(web.json("POST", path, token, "{}"))).isEqualTo("400 ErrorInvalidRequest");
        }
    }

    @Test
    void countsRequests() throws Exception {
        int calls = SANDBOX.sandbox().callCounts().of("sendMail");
        web.mime(SEND, token, MESSAGE);
        assertThat(SANDBOX.sandbox().callCounts().of("sendMail")).isEqualTo(calls + 1);
    }
}
