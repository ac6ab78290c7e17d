package org.o365relay.daemon.explain;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Locale;
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
            case SUBMISSION -> logged(response, "smtp.office365.com[192.0.2.1]:587");
            case CONNECTOR -> logged(response, "contoso-example.mail.protection.outlook.com[192.0.2.1]:25");
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

    /// The lines in the log of Postfix and Exim.
    private static List<String> logged(Response response, String server) {
        String host = server.replaceFirst(":\\d+$", "");
        String line = "postfix/smtp[1]: 4B: to=<a@fabrikam.example>, relay=" + server + ", delay=1, status=%s (%s)";
        String status = response.reply().category() == 4 ? "deferred" : "bounced";
        String said = "host " + host + " said: " + response.reply() + " (in reply to %s command)";
        String exim = "a@fabrikam.example R=smarthost T=remote_smtp H=" + host.replace("[", " [")
                + ": SMTP error from remote mail server after %s: " + response.reply();
        return switch (response.step()) {
            case AUTH ->
                List.of(line.formatted(
                        "deferred", "SASL authentication failed; server " + host + " said: " + response.reply()));
            case GREETING ->
                List.of(
                        line.formatted(status, "host " + host + " refused to talk to me: " + response.reply()),
                        exim.formatted("initial connection"));
            case EHLO -> List.of(line.formatted(status, said.formatted("EHLO")), exim.formatted("EHLO relay"));
            case MAIL ->
                List.of(
                        line.formatted(status, said.formatted("MAIL FROM")),
                        exim.formatted("pipelined MAIL FROM:<a@b>"));
            case RCPT ->
                List.of(
                        line.formatted(status, said.formatted("RCPT TO")),
                        exim.formatted("RCPT TO:<a@fabrikam.example>"));
            case CONTENT -> List.of(line.formatted(status, said.formatted("DATA")), exim.formatted("DATA"));
            case END_OF_CONTENT ->
                List.of(line.formatted(status, said.formatted("end of DATA")), exim.formatted("end of data"));
            case PROXY, CONNECT, STARTTLS -> List.of();
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
        451 4.4.3 name not found: smtp.office365.com                                               | network | message | the name of the upstream could not be looked up
        451 4.4.2 timed out after 5 min after the end of the content (smtp.office365.com:587)      | network | message | the upstream could not be reached
        451 4.5.0 smtp.office365.com:587 sent an invalid SMTP reply after EHLO: hello               | network | message | the replies from the upstream do not follow
        454 4.7.5 TLS handshake with smtp.office365.com:587 failed: Received fatal alert            | tls     | upstream | TLS with the upstream failed
        454 4.7.4 smtp.office365.com:587 does not offer STARTTLS                                    | tls     | upstream | the upstream does not offer STARTTLS
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
        assertThat(verdict.response().origin()).hasToString(origin.toUpperCase(Locale.ROOT));
        assertThat(verdict.scope()).hasToString(scope.toUpperCase(Locale.ROOT));
        assertThat(verdict.cause()).startsWith(cause == null ? "" : cause);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        name    | status=deferred (Host or domain name not found. Name service error for name=smtp.office365.com type=A: Host not found, try again)
        name    | Error: getaddrinfo ENOTFOUND smtp.office365.com
        name    | socket.gaierror: [Errno -2] Name or service not known
        name    | java.net.UnknownHostException: smtp.office365.com
        name    | javax.mail.MessagingException: Unknown SMTP host: smtp.office365.com
        name    | dial tcp: lookup smtp.office365.com on 127.0.0.53:53: no such host
        name    | Error: queryA ESERVFAIL smtp.office365.com
        name    | curl: (6) Could not resolve host: smtp.office365.com
        name    | System.Net.WebException: The remote name could not be resolved: 'smtp.office365.com'
        connect | status=deferred (connect to smtp.office365.com[192.0.2.1]:587: Connection timed out)
        connect | connect to smtp.office365.com[2001:db8::1]:587: Network is unreachable
        connect | stat=Deferred: Connection refused by smtp.office365.com.
        connect | == a@fabrikam.example R=smarthost T=remote_smtp defer (110): Connection timed out H=smtp.office365.com [192.0.2.1]
        connect | 292   == anna@fabrikam.example R=smarthost T=remote_smtp defer (-53): retry time not reached for any host
        connect | Error: connect ECONNREFUSED 127.0.0.1:587
        connect | ConnectionRefusedError: [Errno 111] Connection refused
        connect | com.sun.mail.util.MailConnectException: Couldn't connect to host, port: smtp.office365.com, 587; timeout 10000
        connect | System.Net.Sockets.SocketException (10061): No connection could be made because the target machine actively refused it.
        connect | dial tcp 192.0.2.1:587: i/o timeout
        connect | login.microsoftonline.com:443 Resource temporarily unavailable
        connect | SMTP connect() failed. https://github.com/PHPMailer/PHPMailer/wiki/Troubleshooting
        lost    | status=deferred (lost connection with smtp.office365.com[192.0.2.1] while receiving the initial server greeting)
        lost    | status=deferred (conversation with smtp.office365.com[192.0.2.1] timed out while sending MAIL FROM)
        lost    | System.IO.IOException: net_io_connectionclosed
        connect | Net::OpenTimeout: execution expired
        lost    | Error: read ECONNRESET
        lost    | smtplib.SMTPServerDisconnected: Connection unexpectedly closed
        lost    | MailKit.Net.Smtp.SmtpProtocolException: The SMTP server has unexpectedly disconnected.
        no-tls  | status=deferred (TLS is required, but was not offered by host smtp.office365.com[192.0.2.1])
        no-tls  | smtplib.SMTPNotSupportedError: STARTTLS extension not supported by server.
        no-tls  | curl: (64) STARTTLS not supported.
        no-tls  | Server does not support secure connections.
        tls     | status=deferred (Cannot start TLS: handshake failure)
        tls     | certificate verification failed for smtp.office365.com[192.0.2.1]:587: untrusted issuer /C=US/O=DigiCert Inc/CN=DigiCert Global Root G2
        tls     | status=deferred (Server certificate not trusted)
        tls     | Error: self signed certificate in certificate chain code: 'ESOCKET', command: 'CONN'
        mode    | ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1129)
        tls     | javax.net.ssl.SSLHandshakeException: PKIX path building failed: unable to find valid certification path to requested target
        tls     | tls: failed to verify certificate: x509: certificate signed by unknown authority
        mode    | tls: first record does not look like a TLS handshake
        tls     | System.Security.Authentication.AuthenticationException: The remote certificate is invalid according to the validation procedure.
        auth    | SASL authentication failed; cannot authenticate to server smtp.office365.com[192.0.2.1]: no mechanism available
        auth    | smtplib.SMTPNotSupportedError: SMTP AUTH extension not supported by server.
        login   | SMTP Error: Could not authenticate.
        login   | jakarta.mail.AuthenticationFailedException: failed to connect, no password specified?
        """)
    void judgesWhatOtherProgramsReportAsTheRelayJudgesTheSameFailure(String failure, String text) {
        Response own = switch (failure) {
            case "name" -> own(Step.CONNECT, "451 4.4.3 name not found", Origin.NETWORK);
            case "connect" -> own(Step.CONNECT, "451 4.4.1 connection refused", Origin.NETWORK);
            case "lost" -> own(Step.CONNECT, "451 4.4.2 connection lost", Origin.NETWORK);
            case "no-tls" -> own(Step.STARTTLS, "454 4.7.4 no STARTTLS", Origin.TLS);
            case "tls" -> own(Step.STARTTLS, "454 4.7.5 TLS handshake failed", Origin.TLS);
            case "mode" -> own(Step.STARTTLS, "454 4.7.5 Unsupported or unrecognized SSL message", Origin.TLS);
            case "auth" -> own(Step.AUTH, "504 5.7.4 Unrecognized authentication type", Origin.SUBMISSION);
            default -> own(Step.AUTH, "535 5.7.8 Authentication failed", Origin.SUBMISSION);
        };
        assertThat(judged(text)).contains(summary(POLICY.judge(own, false)));
    }

    private static Response own(Step step, String reply, Origin origin) {
        return new Response(step, Reply.parse(reply).orElseThrow(), origin);
    }

    /// A recipient's domain that was not found is not the name of the upstream.
    @Test
    void distinguishesTheNameOfTheUpstreamFromTheDomainOfTheRecipient() {
        String line = "to=<a@fabrikam.example>, relay=none, status=bounced (Host or domain name not found. Name service"
                + " error for name=%s type=MX: Host not found)";
        assertThat(PastedReply.in(line.formatted("fabrikam.example"), POLICY)
                        .orElseThrow()
                        .verdict()
                        .name())
                .isEqualTo("recipient-domain-unknown");
        assertThat(PastedReply.in(line.formatted("smtp.contoso.example"), POLICY)
                        .orElseThrow()
                        .response()
                        .origin())
                .isEqualTo(Origin.NETWORK);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful, basic authentication is disabled.') | auth | basic-auth-policy
        smtplib.SMTPSenderRefused: (530, b'5.7.57 Client not authenticated to send mail.', 'relay@contoso.example') | mail | not-authenticated
        smtplib.SMTPRecipientsRefused: {'a@fabrikam.example': (550, b'5.4.1 Recipient address rejected: Access denied.')} | rcpt | recipient-rejected
        MailKit.Security.AuthenticationException: 535: 5.7.3 Authentication unsuccessful | auth | authentication-unsuccessful
        Error: Invalid login: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled. code: 'EAUTH', command: 'AUTH LOGIN' | auth | basic-auth-policy
        javax.mail.SendFailedException: Invalid Addresses; nested exception is: com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 User unknown | rcpt | recipient-unknown
        SMTP ERROR: MAIL FROM command failed: 530 5.7.57 Client not authenticated to send mail | mail | not-authenticated
        Nov 30 10:00:01 mx sendmail[1]: xA: to=<a@fabrikam.example>, relay=smtp.contoso.example. [192.0.2.1], dsn=5.1.1, stat=User unknown: 550 User unknown | rcpt | recipient-unknown
        550 5.4.1 Recipient address rejected: Access denied. [AM0PR.outlook.com] | rcpt | recipient-rejected
        501 5.1.3 Invalid address | rcpt | recipient-address-invalid
        501 5.1.7 Invalid address | mail | sender-address-invalid
        452 4.5.3 Too many recipients | rcpt | too-many-recipients
        534-5.7.9 Application-specific password required. https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp | auth | ``
        432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded | end-of-content | recipient-receives-too-much
        status=deferred (host x.olc.protection.outlook.com[192.0.2.9] said: 451 4.7.651 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation, see https://postmaster.live.com (S775) (in reply to MAIL FROM command)) | mail | ip-reputation
        """)
    void findsTheStepOfAReply(String text, String step, String name) {
        Verdict verdict = PastedReply.in(text, POLICY).orElseThrow().verdict();
        assertThat(verdict.response().step().key()).isEqualTo(step);
        assertThat(verdict.name()).isEqualTo(name);
        assertThat(verdict.response().isFromServer()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        #550 5.7.1 RESOLVER.RST.AuthRequired; authentication required ##rfc822;sales@contoso.example | recipient-internal-only
        550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient a@contoso.example not found | recipient-unknown
        Error Details Error: 554 5.4.14 Hop count exceeded - possible mail loop ATTR34 Message rejected by: x.mail.protection.outlook.com | mail-loop
        Diagnostic-Code: smtp;550 5.7.606 Access denied, banned sending IP [192.0.2.1] | ndr-banned-address
        554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554 | ndr-policy
        """)
    void recognizesReports(String text, String name) {
        Verdict verdict = PastedReply.in(text, POLICY).orElseThrow().verdict();
        assertThat(verdict.response().origin().isReport()).isTrue();
        assertThat(verdict.name()).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        error: invalid_scope                                         | sign_in | scope-wrong
        error=unauthorized_client                                    | sign_in | sign-in-client-refused
        REST API is not yet supported for this mailbox.              | graph   | graph-mailbox-unknown
        IDX14100: JWT is not well formed, there are no dots (.).     | graph   | graph-token-malformed
        A message can't be sent because it contains no recipients.   | graph   | graph-no-recipients
        The remote server returned an error: (401) Unauthorized.     | graph   | graph-token
        Status code: 503 (Service Unavailable)                       | graph   | graph-unavailable
        Server error: 504 Gateway Timeout                            | graph   | graph-timeout
        503 Service Unavailable                                      | graph   | graph-unavailable
        RequestBodyRead: The property 'x' does not exist on type 'y' | graph   | graph-request-malformed
        com.microsoft.graph.models.odataerrors.ODataError: The mailbox is either inactive, soft-deleted, or is hosted on-premise. | graph | graph-mailbox-unknown
        The mailbox is either inactive, soft-deleted, or is hosted on-premise. | graph | graph-mailbox-unknown
        503 "SystemMemoryProtectionUtilizationMonitor is unhealthy"  | graph   | graph-unavailable
        403 ErrorAccessDenied Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings. | graph | graph-access-policy
        [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings. | graph | graph-access-policy
        Graph API send failed: /me request is only valid with delegated authentication flow. (HTTP 400) | graph | graph-user-missing
        Cannot send mail. Daily Message/Recipient limit exceeded. Follow the instructions in your Inbox to verify | graph | graph-daily-limit
        Detail: 5.7.60 SMTP; Client does not have permissions to send as this sender [CY4PR1701MB1800] SMTP code: 550 | submission | send-as-denied
        Service not available, closing transmission channel. The server response was: 4.4.1 Connection timed out | submission | session-timed-out
        454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found. | submission | connector-certificate
        Error: 140494523365248:error:1408F10B:SSL routines:ssl3_get_record:wrong version number | tls | tls-mode
        LED=450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send mail] | submission | next-server
        The response from the remote server was:\\n\\n\\n554 5.4.14 Hop count exceeded - possible mail loop ATTR34 | ndr | mail-loop
        """)
    void findsErrorsWithoutACode(String text, String origin, String name) {
        Verdict verdict = PastedReply.in(text, POLICY).orElseThrow().verdict();
        assertThat(verdict.response().origin()).hasToString(origin.toUpperCase(Locale.ROOT));
        assertThat(verdict.name()).isEqualTo(name);
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
            550 5.7.1 and ask\
            """, POLICY).orElseThrow().response();
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
