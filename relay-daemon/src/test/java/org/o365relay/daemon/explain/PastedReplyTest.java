package org.o365relay.daemon.explain;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.daemon.log.FieldsConverter;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplyStep;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.slf4j.event.KeyValuePair;

/// What is found in pasted text is judged as the relay judges it, whatever form the text has.
final class PastedReplyTest {

    private static final FailurePolicy POLICY = new FailurePolicy(new EmailAddress("relay", "contoso.example"));
    private static final ObjectMapper JSON = new ObjectMapper();

    /// Every example of the catalogue, from each of its sources and at each of its steps.
    static Stream<Arguments> examples() {
        return ReplyCatalogue.microsoft365().entries().stream()
                .flatMap(entry -> entry.examples().stream().flatMap(example -> responses(entry, example)))
                .filter(response -> !POLICY.judge(response, false).name().isEmpty())
                .map(response -> Arguments.of(POLICY.judge(response, false)));
    }

    private static Stream<Response> responses(KnownReply entry, Reply example) {
        return entry.sources().stream()
                .flatMap(source -> Stream.of(Step.values())
                        .filter(step -> entry.steps().isEmpty() || entry.steps().contains(coarse(step)))
                        .map(step -> new Response(step, example, Origin.valueOf(source.name()))))
                .filter(PastedReplyTest::canOccur);
    }

    private static ReplyStep coarse(Step step) {
        return switch (step) {
            case PROXY, CONNECT, GREETING, EHLO, STARTTLS -> ReplyStep.SESSION;
            case AUTH -> ReplyStep.AUTH;
            case MAIL -> ReplyStep.MAIL;
            case RCPT -> ReplyStep.RCPT;
            case CONTENT, END_OF_CONTENT -> ReplyStep.CONTENT;
        };
    }

    private static boolean canOccur(Response response) {
        return switch (response.origin()) {
            case SIGN_IN -> response.step() == Step.AUTH;
            case GRAPH, NDR -> response.step() == Step.END_OF_CONTENT;
            default -> response.step().compareTo(Step.CONNECT) > 0;
        };
    }

    @ParameterizedTest
    @MethodSource("examples")
    void judgesALogLineAsTheRelayDid(Verdict verdict) {
        Response response = verdict.response();
        boolean isReport = response.origin() == Origin.NDR;
        List<KeyValuePair> fields = Stream.of(
                        new KeyValuePair("id", "6GZV5CQENF2YF"),
                        new KeyValuePair("upstream", upstream(response)),
                        new KeyValuePair("server", "AM0PR04MB0000.eurprd04.prod.outlook.com"),
                        new KeyValuePair("reply", response.reply()),
                        new KeyValuePair("step", response.step().key()),
                        new KeyValuePair("reason", verdict.reason()))
                .filter(field ->
                        !(isReport ? List.of("step", "reason", "upstream") : List.of("server")).contains(field.key))
                .toList();
        String event = isReport ? "ndr" : "deferred";
        assertThat(judged("2026-11-30T08:05:12 WARN " + event + text(fields))).contains(summary(verdict));
        assertThat(judged(json(event, fields))).contains(summary(verdict));
    }

    private static String upstream(Response response) {
        return response.origin() == Origin.CONNECTOR
                ? "contoso-example.mail.protection.outlook.com:25"
                : "smtp.office365.com:587";
    }

    private static String text(List<KeyValuePair> fields) {
        Logger logger = new LoggerContext().getLogger("journal");
        LoggingEvent event = new LoggingEvent("", logger, ch.qos.logback.classic.Level.WARN, "", null, null);
        event.setKeyValuePairs(fields);
        return new FieldsConverter().convert(event);
    }

    private static String json(String event, List<KeyValuePair> fields) {
        return JSON.valueToTree(Map.of(
                        "formattedMessage",
                        event,
                        "kvpList",
                        fields.stream()
                                .map(field -> Map.of(field.key, field.value.toString()))
                                .toList()))
                .toString();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void judgesAQuotedReplyAsTheRelayDid(Verdict verdict) {
        for (String form : forms(verdict.response())) {
            assertThat(judged(form)).as(form).contains(summary(verdict));
        }
    }

    /// The forms that show where the reply comes from.
    private static List<String> forms(Response response) {
        Reply reply = response.reply();
        String text = reply.text();
        return switch (response.origin()) {
            case SUBMISSION -> List.of();
            case CONNECTOR -> List.of();
            case SIGN_IN ->
                text.contains("AADSTS") || text.contains("_")
                        ? List.of(reply.toString(), "upstream: " + reply, signInJson(reply))
                        : List.of(reply.toString());
            case GRAPH ->
                text.matches("\\w+: .*") ? List.of(reply.toString(), graphJson(reply)) : List.of("HTTP " + reply);
            case NDR ->
                List.of(
                        "Remote Server returned '" + reply + "'",
                        "Diagnostic-Code: smtp;" + reply,
                        "> Remote server returned\n> " + reply);
            default -> throw new AssertionError(response);
        };
    }

    private static String graphJson(Reply reply) {
        String[] error = reply.text().split(": ", 2);
        return "HTTP/1.1 " + reply.code() + " Status\r\n\r\n"
                + JSON.valueToTree(Map.of("error", Map.of("code", error[0], "message", error[1])));
    }

    private static String signInJson(Reply reply) {
        String[] error = reply.text().split(": ", 2);
        return "HTTP/1.1 " + reply.code() + " Status\r\n\r\n"
                + JSON.valueToTree(Map.of("error", error[0], "error_description", error[1]));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            451 4.4.1 connection refused by smtp.office365.com:587                                     | network | message | the upstream could not be reached
            451 4.4.3 name not found: smtp.office365.com                                               | network | message | the upstream could not be reached
            451 4.4.2 timed out after 5 min after the end of the content (smtp.office365.com:587)      | network | message | the upstream could not be reached
            451 4.5.0 smtp.office365.com:587 sent an invalid SMTP reply after EHLO: hello               | network | message | the replies of the upstream do not follow
            454 4.7.5 TLS handshake with smtp.office365.com:587 failed: Received fatal alert            | tls     | upstream | TLS with the upstream failed
            454 4.7.4 smtp.office365.com:587 does not offer STARTTLS                                    | tls     | upstream | TLS with the upstream failed
            HTTP/1.1 503 Service Unavailable                                                           | graph   | message | Graph has a temporary problem
            HTTP/2 429                                                                                 | graph   | upstream | the app sent more requests
            HTTP/1.1 202 Accepted                                                                      | graph   | message |
            503 ServiceUnavailable: The service is unavailable.                                        | graph   | message | Graph has a temporary problem
            200 NotSent: Graph replied 200 instead of 202 and sent nothing                             | graph   | message | Graph replied 200 instead of 202
            250 2.0.0 OK <1@contoso.example> [Hostname=AM9.prod.outlook.com]                           | submission | message |
            {"error": {"code": "ErrorInvalidUser", "message": "The requested user is invalid.", "innerError": {"date": | graph | upstream | Graph does not know the mailbox
            {"error": {"code": "BadRequest", "message": "Maximum request length exceed                  | graph   | message | Graph cannot process
            Reported error: 530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM [AM6PR0732BE0065.eurprd07.prod.outlook.com] DSN generated by: CWLP235MB9823.GBRP261.PROD.OUTLOOK.COM | ndr | recipient | the recipient's server accepts mail only
            Application is over its IncomingBytes limit.                                                | graph   | upstream | the app sent more requests
            `status=bounced (host x.mail.protection.outlook.com[1.2.3.4] said: 550 5.7.64 TenantAttribution; Relay Access Denied (in reply to RCPT TO command))` | connector | upstream | the server cannot assign
            """)
    void findsWhoSpoke(String text, String origin, String scope, String cause) {
        Verdict verdict = PastedReply.in(text, POLICY).orElseThrow().verdict();
        assertThat(verdict.response().origin()).hasToString(origin.toUpperCase(java.util.Locale.ROOT));
        assertThat(verdict.scope()).hasToString(scope.toUpperCase(java.util.Locale.ROOT));
        assertThat(verdict.cause()).startsWith(cause == null ? "" : cause);
    }

    /// `NdrProcessor` judges the reports the same way.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            550 5.1.8 Access denied, bad outbound sender             | AM0PR04MB0000.eurprd04.prod.outlook.com
            550 5.1.8 Sender address rejected: Domain not found      | mx.fabrikam.example
            550 5.7.705 Access denied, tenant has exceeded threshold | AM0PR04MB0000.eurprd04.prod.outlook.com
            550 5.7.705 Blocked by our policy                        | mx.fabrikam.example
            550 5.7.705 Blocked by our policy                        | outlook.com.evil.example
            550 5.1.1 User unknown                                   | mx.fabrikam.example
            """)
    void judgesAReportByTheServerThatGaveTheReason(String reply, String server) {
        String name = ReplyCatalogue.microsoft365()
                .findReported(Reply.parse(reply).orElseThrow(), Cloud.isMailServer(server))
                .orElseThrow()
                .name();
        for (String form : List.of(
                "WARN ndr id=6GZV5CQENF2YF to=<a@fabrikam.example> server=%s reply=\"%s\"".formatted(server, reply),
                "Reporting-MTA: dns;x.outlook.com\nRemote-MTA: dns;%s\nDiagnostic-Code: smtp;%s"
                        .formatted(server, reply),
                "> Reporting-MTA: dns; %s\n> Diagnostic-Code: smtp; %s".formatted(server, reply),
                "Generating server: x.outlook.com\nReceiving server: %s\nRemote server returned '%s'"
                        .formatted(server, reply))) {
            Verdict verdict = PastedReply.in(form, POLICY).orElseThrow().verdict();
            assertThat(verdict.name()).as(form).isEqualTo(name);
            assertThat(verdict.response().origin().isReport()).as(form).isTrue();
        }
    }

    @Test
    void keepsTheLinesOfAReply() {
        Response response = PastedReply.in("""
                        host said:
                        550-5.7.1 [192.0.2.1] blocked using zen.example
                        550-5.7.1 for more see
                          the page about it
                        550 5.7.1 and ask""", POLICY).orElseThrow().response();
        assertThat(response.reply().lines())
                .containsExactly("[192.0.2.1] blocked using zen.example", "for more see the page about it", "and ask");
    }

    @ParameterizedTest
    @CsvSource({"my printer does not print", "''", "12 monkeys", "{}", "{ not json", "reply=", "192.168.10.17"})
    void findsNothingWhereThereIsNoReply(String text) {
        assertThat(PastedReply.in(text, POLICY)).isEmpty();
    }

    private static Optional<String> judged(String text) {
        return PastedReply.in(text, POLICY).map(pasted -> summary(pasted.verdict()));
    }

    private static String summary(Verdict verdict) {
        return "%s %s %s | %s | %s"
                .formatted(
                        verdict.reason(),
                        verdict.scope(),
                        verdict.outcome().getClass().getSimpleName(),
                        verdict.cause(),
                        verdict.advice());
    }
}
