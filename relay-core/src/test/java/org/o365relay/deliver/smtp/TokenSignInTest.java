package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.SaslXoauth2Message;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.identity.App;
import org.o365relay.identity.Credential;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.Reply;
import org.o365relay.mail.Secret;

class TokenSignInTest extends SubmissionTest {

    private static final Credential.OAuth APP = new Credential.ClientSecret(
            new App("https://login.example", "contoso.example", "app-1"),
            "shared@contoso.example",
            new Secret("not used here"),
            null);

    private final FakeTokens tokens = new FakeTokens();

    @Test
    void signsInInTwoSteps() {
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(server.commands)
                .containsSubsequence(
                        "AUTH XOAUTH2",
                        "token " + blob("token-1"),
                        "MAIL FROM:<relay@contoso.example>" + " BODY=8BITMIME");
    }

    /// GreenMail accepts tokens only on the AUTH line, but it can decode what is sent in the second step.
    @Test
    void encodesTheTokenAsOthersDecodeIt() {
        withTokens().attempt(message(TEXT, "a@x.example"));
        String sent = server.commands("token ").getFirst().substring("token ".length());
        SaslXoauth2Message read = SaslXoauth2Message.parseBase64Encoded(sent);
        assertThat(read.getUsername()).isEqualTo("shared@contoso.example");
        assertThat(read.getAccessToken()).isEqualTo("token-1");
    }

    @Test
    void sendsATokenOfAnyLength() {
        tokens.padding = "x".repeat(20_000);
        assertThat(only(withTokens().attempt(message(TEXT, "a@x.example")))
                        .reply()
                        .code())
                .isEqualTo(250);
        assertThat(server.commands("token ")).containsExactly("token " + blob("token-1" + tokens.padding));
    }

    @Test
    void retriesOnceWithANewTokenIfOneIsRefused() {
        server.at("TOKEN", "535 5.7.3 Authentication unsuccessful [FAKE.prod.outlook.com]");
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(server.commands("token ")).containsExactly("token " + blob("token-1"), "token " + blob("token-2"));
        assertThat(server.connections).hasValue(2);
        assertThat(tokens.forgotten).hasSize(1);
    }

    @Test
    void reportsTheSecondRefusal() {
        server.at("TOKEN", "535 5.7.3 Authentication unsuccessful").at("TOKEN", "535 5.7.139 disabled for the Mailbox");
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.origin()).isEqualTo(Origin.SUBMISSION);
        assertThat(response.reply().toString()).isEqualTo("535 5.7.139 disabled for the Mailbox");
        assertThat(server.connections).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, nullValues = "-", textBlock = """
        535 5.7.3 Authentication unsuccessful                                   | (the token lacks the permission SMTP.SendAsApp)
        535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox | -
        535 5.7.144 XOAUTH2 authentication failed. Invalid API permissions.     | -
        """)
    void addsToTheSecondRefusalWhatTheTokenLacksIfItGivesNoReason(String reply, @Nullable String note) {
        tokens.padding = "."
                + base64("{\"aud\":\"https://outlook.office365.com\",\"roles\":[\"Mail.Send\"]}")
                        .replace("=", "")
                + ".signature";
        server.at("TOKEN", reply).at("TOKEN", reply);
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo(note == null ? reply : reply + " " + note);
    }

    @Test
    void keepsTheTokenAfterAnotherFailure() {
        server.at("TOKEN", "454 4.7.0 Temporary authentication failure");
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo("454 4.7.0 Temporary authentication failure");
        assertThat(tokens.forgotten).isEmpty();
        assertThat(server.connections).hasValue(1);
    }

    @Test
    void answersAChallengeWithAnEmptyLineToGetTheRefusal() {
        String challenge = "334 " + base64("{\"status\":\"400\",\"schemes\":\"Bearer\"}");
        server.at("TOKEN", challenge).at("TOKEN", challenge);
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo("535 5.7.3 Authentication unsuccessful");
        assertThat(server.commands("after")).containsExactly("after the challenge ''", "after the challenge ''");
    }

    @ParameterizedTest
    @CsvSource({"SERVICE, SIGN_IN", "NETWORK, NETWORK", "TLS, TLS"})
    void doesNotConnectWithoutAToken(TokenException.Origin why, Origin origin) {
        Reply reply = Reply.plain(401, "invalid_client: AADSTS7000215: Invalid client secret provided.");
        tokens.failure = new TokenException(why, reply, new IOException("x"));
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response).isEqualTo(new Response(Step.AUTH, reply, origin));
        assertThat(server.connections).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({"AUTH LOGIN PLAIN, only AUTH LOGIN PLAIN", "8BITMIME, no AUTH at all"})
    void reportsThatTheServerDoesNotOfferXoauth2(String keyword, String words) {
        server.offers("STARTTLS", keyword);
        Response response = only(withTokens().attempt(message(TEXT, "a@x.example")));
        assertThat(response.origin()).isEqualTo(Origin.RELAY);
        assertThat(response.reply().toString())
                .isEqualTo(
                        "504 5.7.4 localhost:" + server.port() + " offers no AUTH XOAUTH2 (it offers " + words + ")");
        assertThat(server.commands("AUTH")).isEmpty();
    }

    @Test
    void revealsTheTokenNowhere() {
        String blob = blob("token-1");
        server.at("TOKEN", "501 5.5.4 what is '" + blob + "' or 'token-1' or '" + base64("token-1") + "'");
        SmtpUpstream upstream = withTokens();
        Response response = only(upstream.attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo("501 5.5.4 what is '***' or '***' or '***'");
        assertThat(upstream.check().toString()).doesNotContain(blob, "token-1");
    }

    @Test
    void reportsTheClaimsOfTheToken() {
        tokens.padding = "."
                + base64("{\"aud\":\"https://graph.microsoft.com\",\"roles\":[\"Mail.Send\"]}")
                        .replace("=", "")
                + ".signature";
        UpstreamCheck check = withTokens().check();
        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings().getFirst())
                .isEqualTo(new Finding(Step.AUTH, "token for https://graph.microsoft.com, roles Mail.Send"));
        assertThat(check.findings().getLast())
                .isEqualTo(new Finding(Step.AUTH, "signed in as shared@contoso.example with XOAUTH2"));
    }

    @Test
    void aTokenThatLacksThePermissionFailsIfItIsRefusedAndTheStepsAreReportedOnce() {
        tokens.padding = "."
                + base64("{\"aud\":\"https://outlook.office365.com\",\"roles\":[\"Mail.Send\"]}")
                        .replace("=", "")
                + ".signature";
        UpstreamCheck accepted = withTokens().check();
        assertThat(accepted.succeeded())
                .as("the permission is a role of Exchange")
                .isTrue();
        assertThat(accepted.findings()).noneMatch(Finding::failed);

        server.at("TOKEN", "535 5.7.3 Authentication unsuccessful")
                .at("TOKEN", "535 5.7.3 Authentication unsuccessful");
        UpstreamCheck refused = withTokens().check();
        assertThat(refused.succeeded()).isFalse();
        assertThat(refused.findings().stream().filter(Finding::failed))
                .containsExactly(
                        new Finding(Step.AUTH, "token for https://outlook.office365.com, roles Mail.Send", "", true));
        assertThat(refused.findings()).doesNotHaveDuplicates().isNotEmpty();
    }

    @Test
    void reportsAnOpaqueToken() {
        assertThat(withTokens().check().findings().getFirst().detail())
                .isEqualTo("token of unknown format, valid until 2030-01-01T00:00:00Z");
    }

    @Test
    void redactsAShortPasswordOnlyAsASeparateWord() {
        server.at("PASSWORD", "500 5.3.3 Unrecognized command 'abc' in abcde, abc");
        Response response = only(upstream(
                        settings("localhost", server.port(), Tls.STARTTLS, localhost.pem()),
                        new Credential.Password("relay", new Secret("abc")))
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().text()).isEqualTo("Unrecognized command '***' in abcde, ***");
    }

    private SmtpUpstream withTokens() {
        return opened(
                new SmtpUpstream(settings("localhost", server.port(), Tls.STARTTLS, localhost.pem()), APP, tokens));
    }

    private static String blob(String token) {
        return base64("user=shared@contoso.example\u0001auth=Bearer " + token + "\u0001\u0001");
    }
}
