package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;

final class ExplainReplyCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /// Of the sign-in service those with a number: without it nobody can tell who said it.
    static Stream<Arguments> examples() {
        return ReplyCatalogue.microsoft365().entries().stream()
                .filter(entry -> entry.sources().getFirst() != ReplySource.NDR)
                .filter(entry -> !entry.sources().contains(ReplySource.SIGN_IN)
                        || entry.examples().getFirst().text().contains("AADSTS"))
                .flatMap(entry -> entry.examples().stream()
                        .map(example -> Arguments.of(
                                entry.name(), (entry.sources().contains(ReplySource.GRAPH) ? "HTTP " : "") + example)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("examples")
    void recognizesEveryReplyOfTheCatalogue(String name, String reply) {
        assertThat(run(reply)).isZero();
        assertThat(out.toString()).contains("name:      " + name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        AADSTS7000215: Invalid client secret provided.                               | secret-wrong
        {"error":"invalid_client","error_description":"AADSTS7000222: expired"}      | secret-expired
        {"error":{"code":"ErrorAccessDenied","message":"Access is denied."}}         | graph-access-denied
        Remote Server returned '550 5.7.64 TenantAttribution; Relay Access Denied'   | ndr-relay-denied
        2026-11-21 WARN blocked mailbox=a@b reply="535 5.7.3 Authentication unsuccessful [X]" | authentication-unsuccessful
        5.7.139 Authentication unsuccessful, basic authentication is disabled.       | basic-auth-policy
        SmtpClientAuthentication is disabled for the Tenant                          | smtp-auth-off-for-tenant
        AADSTS650053: The application asked for scope 'x' that doesn't exist on the resource. | scope-wrong
        {"error":{"code":"ResourceUnhealthy","message":"A monitor is unhealthy."}}   | graph-mailbox-busy
        {"code":"MailboxNotEnabledForRESTAPI","message":"inactive","innerError":{}}  | graph-mailbox-unknown
        {"error":{"code":"InvalidAuthenticationToken","message":"Signing key is invalid."}} | graph-signing-key
        The token contains no permissions, or permissions can not be understood.     | graph-token-permissions
        temporarily_unavailable: 50033 - [2021-08-02 15:36:10Z]: CCS could not serve | sign-in-unavailable-by-name
        Recipient 'a@b.example c@d.example' is not resolved. All recipients must be resolved before | graph-address-list
        host mx.example refused to talk to me: 554 IP=192.0.2.1 - A problem occurred | ndr-address-blocked
        smtp;550 cuda_nsu 5.1.1 <info@example.org>... User unknown                    | recipient-unknown
        #< #5.7.68 smtp;550 5.7.68 TenantInboundAttribution; Direct Send not allowed>| direct-send-denied
        """)
    void findsTheReplyInPastedText(String pasted, String name) {
        assertThat(run(pasted)).isZero();
        assertThat(out.toString()).contains("name:      " + name);
    }

    @Test
    void printsCauseAdviceAndTheActionOfTheRelay() {
        assertThat(run(
                        "--mailbox",
                        "scan@contoso.example",
                        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the"
                                + " Mailbox."))
                .isZero();
        assertThat(out.toString()).isEqualTo("""
            535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.
              source:    the mail server (SMTP)
              cause:     SMTP AUTH is disabled for this mailbox
              advice:    Microsoft 365 admin center > Users > Active users > scan@contoso.example > Mail > Manage
                         email apps: select Authenticated SMTP; or in PowerShell: Set-CASMailbox -Identity
                         scan@contoso.example -SmtpClientAuthenticationDisabled $false. The change can take an
                         hour. https://aka.ms/smtp_auth_disabled
              relay:     sends through the next upstream of the mailbox, if any, otherwise queues its mail;
                         probes this upstream at growing intervals
              name:      smtp-auth-off-for-mailbox
            """);
    }

    @Test
    void classifiesUnknownRepliesByGeneralRules() {
        assertThat(run("554", "Something", "new")).isZero();
        assertThat(out.toString()).contains("bounces the message", "not in the catalogue");
    }

    @Test
    void explainsTheFailureOfAProxy() {
        assertThat(run("WARN blocked mailbox=relay@contoso.example upstream=smtp.office365.com:587 reply=\"550 5.7.0"
                        + " the HTTP proxy proxy.example:8080 rejects the login of relay (HTTP 407)\" step=proxy"
                        + " reason=unreachable"))
                .isZero();
        assertThat(out.toString())
                .contains("source:    this relay, about the proxy", "advice:    Check upstream.proxy of");
    }

    @Test
    void printsJson() throws Exception {
        assertThat(run("--json", "550 5.1.10 RecipientNotFound")).isZero();
        Map<String, Object> fields = new ObjectMapper().readValue(out.toString(), new TypeReference<>() {});
        assertThat(fields)
                .containsEntry("name", "recipient-unknown")
                .containsEntry("outcome", "failed")
                .containsEntry("scope", "recipient")
                .containsEntry("source", "submission");
    }

    @ParameterizedTest
    @ValueSource(strings = {"the printer refused it", "the authority of the author"})
    void assumesNoCodeThatTheTextDoesNotName(String text) {
        assertThat(run(text)).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void reportsTextWithoutAReply() {
        assertThat(run("my printer does not print")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no reply found in this text");
    }

    private int run(String... arguments) {
        String[] all =
                Stream.concat(Stream.of("explain-reply"), Stream.of(arguments)).toArray(String[]::new);
        return CommandLines.of(new ExplainReplyCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all);
    }
}
