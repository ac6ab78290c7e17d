package org.o365relay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.sandbox.RawClient.base64;
import static org.o365relay.sandbox.SandboxFixture.MESSAGE;
import static org.o365relay.sandbox.SandboxFixture.PASSWORD;
import static org.o365relay.sandbox.SandboxFixture.USER;
import static org.o365relay.sandbox.WebClient.EXCHANGE;
import static org.o365relay.sandbox.WebClient.GRAPH;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.BasicAuth;

/// Authentication with tokens, and the settings that disable it.
final class SandboxSubmissionTest {

    private static final String WRONG = "535 5.7.3 Authentication unsuccessful";

    @RegisterExtension
    static final SandboxFixture SANDBOX = SandboxFixture.whole();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void acceptsATokenWithAndWithoutInitialResponse(boolean atOnce) throws Exception {
        String proof = proof(USER, SANDBOX.web().token(EXCHANGE));
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            if (atOnce) {
                assertThat(client.say("AUTH XOAUTH2 " + proof)).isEqualTo("235 2.7.0 Authentication successful");
            } else {
                assertThat(client.say("AUTH XOAUTH2")).isEqualTo("334");
                assertThat(client.say(proof)).isEqualTo("235 2.7.0 Authentication successful");
            }
            assertThat(send(client)).startsWith("250 2.0.0 OK");
        }
        AcceptedMessage accepted = SANDBOX.sandbox().accepted().getLast();
        assertThat(accepted.ingress()).isEqualTo(Ingress.SMTP);
        assertThat(accepted.mechanism()).isEqualTo("XOAUTH2");
        assertThat(accepted.user()).isEqualTo(USER);
    }

    private static String proof(String user, String token) {
        return base64("user=" + user + "\u0001auth=Bearer " + token + "\u0001\u0001");
    }

    @ParameterizedTest
    @CsvSource({
        "made up, made-up, relay@contoso.example",
        "for Graph, graph, relay@contoso.example",
        "no such mailbox, exchange, nobody@contoso.example",
        "expired, expired, relay@contoso.example",
        "without the role, no-role, relay@contoso.example",
        "for another mailbox, other, relay@contoso.example",
        "of another user, user, relay@contoso.example"
    })
    void refusesAnInvalidToken(String reason, String kind, String user) throws Exception {
        String token = token(kind);
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH XOAUTH2 " + proof(user, token)))
                    .as(reason)
                    .startsWith(WRONG);
        }
    }

    private static String token(String kind) throws Exception {
        WebClient web = SANDBOX.web();
        return switch (kind) {
            case "made-up" -> "eyJ0eXAiOiJKV1Qi.e30.c2ln";
            case "graph" -> web.token(GRAPH);
            case "expired" -> {
                SANDBOX.change(settings -> settings.entra(entra -> entra.withAccessTokenLifetime(Duration.ofNanos(1))));
                yield web.token(EXCHANGE);
            }
            case "no-role" -> withApp(app -> app.withRoles("Mail.Send"));
            case "other" -> withApp(app -> app.forMailboxes("other@contoso.example"));
            case "user" -> {
                SANDBOX.change(settings -> settings.entra(entra -> entra.withAutoApproveUser("other@contoso.example")));
                yield DeviceLogin.token(web);
            }
            default -> web.token(EXCHANGE);
        };
    }

    private static String withApp(UnaryOperator<AppRegistration> change) throws Exception {
        SANDBOX.change(settings -> settings.entra(
                entra -> entra.with(change.apply(AppRegistration.withSecret(WebClient.APP, WebClient.SECRET)))));
        return SANDBOX.web().token(EXCHANGE);
    }

    @Test
    void acceptsAUserToken() throws Exception {
        SANDBOX.change(settings -> settings.entra(entra -> entra.withAutoApproveUser(USER)));
        String proof = proof(USER, DeviceLogin.token(SANDBOX.web()));
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH XOAUTH2 " + proof)).startsWith("235 ");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, Mailbox", "false, Tenant"})
    void refusesAuthIfDisabledForTheMailboxOrTenant(boolean tenant, String scope) throws Exception {
        SANDBOX.change(settings -> settings.submission(
                exchange -> exchange.withSmtpAuth(tenant).withMailboxes(SandboxFixture.ACCOUNT.withoutSmtpAuth())));
        String said = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the " + scope
                + ". Visit https://aka.ms/smtp_auth_disabled for more information. [";
        assertThatThrownBy(SANDBOX::signedIn).hasMessageContaining(said);
        String proof = proof(USER, SANDBOX.web().token(EXCHANGE));
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH XOAUTH2 " + proof)).startsWith(said);
        }
    }

    @ParameterizedTest
    @EnumSource(names = "ON", mode = EnumSource.Mode.EXCLUDE)
    void refusesACorrectPasswordButAcceptsATokenWithoutBasicAuth(BasicAuth basicAuth) throws Exception {
        SANDBOX.change(settings -> settings.submission(exchange -> exchange.with(basicAuth)));
        assertThatThrownBy(SANDBOX::signedIn)
                .hasMessageContaining(basicAuth.refusal().orElseThrow());
        assertThatThrownBy(() -> RawClient.signedIn(SANDBOX.sandbox(), USER, "wrong"))
                .hasMessageContaining(WRONG);
        String proof = proof(USER, SANDBOX.web().token(EXCHANGE));
        try (RawClient client = RawClient.secured(SANDBOX.sandbox())) {
            assertThat(client.say("AUTH XOAUTH2 " + proof)).startsWith("235 ");
        }
    }

    @Test
    void acceptsAuthAgainOnceItIsEnabled() throws IOException {
        SANDBOX.change(settings -> settings.submission(exchange -> exchange.withSmtpAuth(false)));
        assertThatThrownBy(SANDBOX::signedIn).hasMessageContaining("5.7.139");
        SANDBOX.change(settings -> settings.submission(exchange -> exchange.withSmtpAuth(true)));
        RawClient.signedIn(SANDBOX.sandbox(), USER, PASSWORD).close();
    }

    static String send(RawClient client) throws IOException {
        client.say("MAIL FROM:<" + USER + ">");
        client.say("RCPT TO:<someone@example.org>");
        client.say("DATA");
        client.send(MESSAGE + ".\r\n");
        return client.reply();
    }
}
