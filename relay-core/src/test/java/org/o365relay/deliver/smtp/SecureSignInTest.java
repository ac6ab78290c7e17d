package org.o365relay.deliver.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.smtp.FakeSubmissionServer.Answer;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings.Tls;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

class SecureSignInTest extends SubmissionTest {

    private static TestCertificate other;

    @BeforeAll
    static void makeAnotherCertificate() {
        other = TestCertificate.madeFor("other.example", directory);
    }

    @Test
    void sendsNothingToAServerWithoutStartTls() {
        server.offers("AUTH LOGIN PLAIN", "8BITMIME");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().toString())
                .isEqualTo("454 4.7.4 localhost:" + server.port() + " does not offer STARTTLS");
        assertThat(server.commands).containsExactly("EHLO relay.example");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        220 ****2****0***       |                                | XXXXXXXA | 220 ****2****0***
        220 fake.example ESMTP  |                                | XXXXXXXA | 250 XXXXXXXA
        220 fake.example ESMTP  |                                | XXXC     | 250 XXXC
        220 *****************   | 500 5.5.1 Command unrecognized | SIZE     | 220 *****************
        220 *****200**********0 |                                | 8BITMIME | 220 *****200**********0
        """)
    void reportsAFirewallThatMasksStartTls(String greeting, @Nullable String ehlo, String keyword, String shown) {
        server.offers("SIZE 1000", keyword, "8BITMIME").at("GREETING", greeting);
        if (ehlo != null) {
            server.at("EHLO", ehlo);
        }
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply())
                .hasToString("454 4.7.4 a firewall's SMTP inspection masks STARTTLS of localhost:" + server.port()
                        + " (" + shown + ")");
        Verdict verdict = new FailurePolicy(new EmailAddress("relay", "contoso.example")).judge(response, false);
        assertThat(verdict.scope()).isEqualTo(Verdict.Scope.UPSTREAM);
        assertThat(verdict.reason()).isEqualTo("smtp-inspection");
        assertThat(verdict.advice()).contains("inspect esmtp");
    }

    @Test
    void reportsAFirewallThatMasksTheStartTlsCommand() {
        server.at("GREETING", "220 ****2****0***").at("STARTTLS", "500 5.5.1 Command unrecognized: XXXXXXXX");
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example")))
                        .reply()
                        .text())
                .contains("SMTP inspection");
    }

    @ParameterizedTest
    @ValueSource(strings = {"220 *** fake.example ESMTP ***", "220 2026", "220 *"})
    void takesNoOtherGreetingForAMaskedOne(String greeting) {
        server.offers("XXX-NOT-MASKED", "XEXCH50", "XCLIENT").at("GREETING", greeting);
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example")))
                        .reply()
                        .text())
                .endsWith("does not offer STARTTLS");
    }

    @Test
    void usesStartTlsEvenIfTheGreetingIsMasked() {
        server.at("GREETING", "220 ****2****0***");
        assertThat(only(upstream().attempt(message(TEXT, "a@x.example")))
                        .reply()
                        .code())
                .isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "IMPLICIT"})
    void sendsNothingToAServerWithACertificateForAnotherName(Tls tls) throws IOException {
        Response response = attemptWith(other, tls, other.pem());
        assertThat(response.step()).isEqualTo(Step.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().toString())
                .isEqualTo("454 4.7.5 certificate of localhost is for other.example, not for localhost");
        assertThat(server.commands("AUTH")).isEmpty();
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"STARTTLS", "IMPLICIT"})
    void sendsNothingToAServerWithAnUntrustedCertificate(Tls tls) throws IOException {
        for (@Nullable Path trusted : Arrays.asList(null, other.pem())) {
            Response response = attemptWith(localhost, tls, trusted);
            assertThat(response.origin()).isEqualTo(Origin.TLS);
            assertThat(response.reply().toString())
                    .isEqualTo("454 4.7.5 certificate of localhost is not signed by a trusted CA"
                            + " (issuer: CN=localhost)");
            assertThat(server.commands("AUTH")).isEmpty();
            assertThat(server.commands("MAIL")).isEmpty();
        }
    }

    @Test
    void usesTlsFromTheFirstOctet() throws IOException {
        assertThat(attemptWith(localhost, Tls.IMPLICIT, localhost.pem()).reply().code())
                .isEqualTo(250);
        assertThat(server.commands).doesNotContain("STARTTLS");
    }

    @Test
    void reportsAnExpiredCertificate() throws IOException {
        Response response = attemptWith(TestCertificate.expired("localhost", directory), Tls.STARTTLS);
        assertThat(response.origin()).isEqualTo(Origin.TLS);
        assertThat(response.reply().text())
                .matches("certificate of localhost expired on 20\\d\\d-\\d\\d-\\d\\d \\(the clock of this machine says"
                        + " 20[-T:0-9]{17}Z\\)");
        assertThat(server.commands("AUTH")).isEmpty();
    }

    @Test
    void refusesToStartWithoutACertificateToTrust() throws IOException {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        assertThatThrownBy(() -> upstream(settings("localhost", 1, Tls.STARTTLS, empty), CREDENTIAL))
                .hasMessage("no certificate in " + empty);
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> upstream(settings("localhost", 1, Tls.STARTTLS, broken), CREDENTIAL))
                .hasMessageStartingWith("no readable certificate in " + broken);
        Path missing = directory.resolve("missing.pem");
        assertThatThrownBy(() -> upstream(settings("localhost", 1, Tls.STARTTLS, missing), CREDENTIAL))
                .hasMessage("cannot read the trusted certificates in " + missing);
    }

    @Test
    void limitsTheTimeOfTheHandshakeBeforeTheGreeting() {
        server.speakingTlsFromTheStart().at("TLS", new Answer.Hang());
        SmtpUpstreamSettings settings = new SmtpUpstreamSettings(
                "localhost",
                server.port(),
                Tls.IMPLICIT,
                localhost.pem(),
                2,
                Duration.ofSeconds(5),
                Duration.ofMillis(600),
                Duration.ofMillis(800),
                Duration.ofMillis(200),
                "relay.example");
        Response response = only(upstream(settings, CREDENTIAL).attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().text()).startsWith("timed out after 600 ms during the TLS handshake");
    }

    @Test
    void usesPlainTextOnlyIfConfigured() {
        server.offers("8BITMIME", "STARTTLS", "AUTH LOGIN");
        Response response = only(upstream(settings("localhost", server.port(), Tls.NONE, null), new Credential.None())
                .attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        assertThat(server.commands).doesNotContain("STARTTLS").noneMatch(command -> command.startsWith("AUTH"));
    }

    @Test
    void prefersLogin() {
        server.offers("STARTTLS", "AUTH PLAIN LOGIN XOAUTH2");
        upstream().attempt(message(TEXT, "a@x.example"));
        assertThat(server.commands("AUTH")).containsExactly("AUTH LOGIN");
    }

    @Test
    void signsInWithPlainIfLoginIsNotOffered() {
        server.offers("STARTTLS", "AUTH PLAIN");
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().code()).isEqualTo(250);
        String user = "relay@contoso.example";
        assertThat(server.commands("AUTH"))
                .containsExactly("AUTH PLAIN " + base64(user + "\0" + user + "\0" + PASSWORD));
    }

    @ParameterizedTest
    @CsvSource({"AUTH XOAUTH2, only AUTH XOAUTH2", "8BITMIME, no AUTH at all"})
    void doesNotSendWithoutSigningIn(String keyword, String words) {
        server.offers("STARTTLS", keyword);
        Response response = only(upstream().attempt(message(TEXT, "a@x.example")));
        assertThat(response.step()).isEqualTo(Step.AUTH);
        assertThat(response.origin()).isEqualTo(Origin.RELAY);
        assertThat(response.reply().toString())
                .startsWith("504 5.7.4 localhost:" + server.port() + " offers neither AUTH LOGIN nor PLAIN")
                .contains(words);
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @Test
    void revealsThePasswordNowhere() {
        String secret = base64(PASSWORD);
        server.at("PASSWORD", "500 5.3.3 Unrecognized command '" + secret + "' or '" + PASSWORD + "'");
        SmtpUpstream upstream = upstream();
        Response response = only(upstream.attempt(message(TEXT, "a@x.example")));
        assertThat(response.reply().toString()).isEqualTo("500 5.3.3 Unrecognized command '***' or '***'");
        assertThat(response.toString() + upstream + upstream.name() + upstream.check())
                .doesNotContain(secret)
                .doesNotContain(PASSWORD);
    }

    @Test
    void checksEveryStepWithoutSending() {
        UpstreamCheck check = upstream().check();
        assertThat(check.succeeded()).isTrue();
        assertThat(check.optionalFailure()).isEmpty();
        assertThat(check.findings())
                .extracting(UpstreamCheck.Finding::step)
                .containsExactly(
                        Step.CONNECT, Step.CONNECT, Step.GREETING, Step.EHLO, Step.STARTTLS, Step.EHLO, Step.AUTH);
        assertThat(check.findings())
                .extracting(UpstreamCheck.Finding::detail)
                .anyMatch(detail -> detail.matches("localhost is .*127\\.0\\.0\\.1.*"))
                .anyMatch(detail -> detail.startsWith("connected to 127.0.0.1 port "))
                .contains("220 fake.example ESMTP ready")
                .contains("offers SIZE 157286400, 8BITMIME, AUTH LOGIN XOAUTH2, SMTPUTF8")
                .anyMatch(detail -> detail.matches(
                        "TLSv1\\.3, TLS_AES_\\w+, certificate CN=localhost, valid until 20\\d\\d-\\d\\d-\\d\\d"))
                .contains("signed in as relay@contoso.example with LOGIN");
        assertThat(server.commands("MAIL")).isEmpty();
    }

    @Test
    void checksUpToTheFirstFailure() {
        server.at("PASSWORD", "535 5.7.3 Authentication unsuccessful");
        UpstreamCheck check = upstream().check();
        assertThat(check.succeeded()).isFalse();
        assertThat(check.optionalFailure().orElseThrow().reply().code()).isEqualTo(535);
        assertThat(check.findings().getLast().step()).isEqualTo(Step.EHLO);
    }

    private Response attemptWith(TestCertificate certificate, Tls tls) throws IOException {
        return attemptWith(certificate, tls, certificate.pem());
    }

    private Response attemptWith(TestCertificate certificate, Tls tls, @Nullable Path trusted) throws IOException {
        server.close();
        server = new FakeSubmissionServer(certificate.context());
        if (tls == Tls.IMPLICIT) {
            server.speakingTlsFromTheStart();
        }
        return only(upstream(settings("localhost", server.port(), tls, trusted), CREDENTIAL)
                .attempt(message(TEXT, "a@x.example")));
    }
}
