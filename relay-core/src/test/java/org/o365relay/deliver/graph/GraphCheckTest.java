package org.o365relay.deliver.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.smtp.TestCertificate;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.o365relay.identity.TokenException;

@Timeout(60)
class GraphCheckTest {

    @TempDir
    private Path directory;

    private GraphFixture fixture;
    private FakeGraph graph;

    @BeforeEach
    void start() throws IOException {
        fixture = new GraphFixture(directory);
        graph = fixture.graph;
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void succeedsWithoutSendingMail() {
        UpstreamCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings())
                .extracting(Finding::detail)
                .containsExactly(
                        "connected to " + fixture.upstream.name(),
                        "token of unknown format, valid until 2026-11-21T09:00:00Z",
                        "may send mail as relay@contoso.example (Mail.Send)",
                        "may create drafts, which messages above 20 KB need (Mail.ReadWrite)");
        assertThat(graph.sent()).isEmpty();
        assertThat(graph.drafts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"403, ErrorAccessDenied", "404, ErrorInvalidUser", "503, ServiceUnavailable"})
    void reportsThatTheAppMayNotSend(int status, String code) {
        graph.next("POST /sendMail", FakeGraph.refusing(status, code, "no"));

        UpstreamCheck check = fixture.upstream.check();

        Response failure = check.optionalFailure().orElseThrow();
        assertThat(failure.step()).isEqualTo(Step.AUTH);
        assertThat(failure.origin()).isEqualTo(Origin.GRAPH);
        assertThat(failure.reply().toString()).startsWith(status + " " + code + ": no");
        assertThat(check.findings()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "403, ErrorAccessDenied, Mail.Read, ' (the token lacks the permission Mail.Send)'",
        "403, ErrorAccessDenied, Mail.Send, ''",
        "404, ErrorInvalidUser, Mail.Read, ''"
    })
    void addsWhatTheTokenLacks(int status, String code, String role, String note) {
        String claims = "{\"aud\":\"https://graph.microsoft.com\",\"roles\":[\"" + role + "\"]}";
        fixture.tokens.give("e30."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".x");
        graph.next("POST /sendMail", FakeGraph.refusing(status, code, "no"));

        Response failure = fixture.upstream.check().optionalFailure().orElseThrow();

        assertThat(failure.reply().toString()).isEqualTo(status + " " + code + ": no (request-id r-1)" + note);
    }

    @Test
    void reportsThatLargeMessagesCannotBeSent() {
        graph.next("POST /messages", FakeGraph.refusing(403, "ErrorAccessDenied", "Access is denied."));

        UpstreamCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        Finding warning = check.findings().getLast();
        assertThat(warning.detail())
                .isEqualTo(
                        "messages above 20 KB cannot be sent, because the app may not create drafts (Mail.ReadWrite):"
                                + " 403 ErrorAccessDenied: Access is denied. (request-id r-1)");
        assertThat(warning.isWarning()).isTrue();
        assertThat(warning.advice()).contains("Give the app Mail.ReadWrite");
        assertThat(check.findings()).filteredOn(Finding::isWarning).hasSize(1);
    }

    @Test
    void doesNotTakeEveryErrorForPermissionToSend() {
        graph.next("POST /sendMail", FakeGraph.refusing(400, "ErrorSomethingNew", "no"));
        graph.next("POST /sendMail", FakeGraph.answering(400, "<h1>Bad request</h1>"));

        assertThat(fixture.upstream
                        .check()
                        .optionalFailure()
                        .orElseThrow()
                        .reply()
                        .toString())
                .startsWith("400 ErrorSomethingNew: no");
        assertThat(fixture.upstream
                        .check()
                        .optionalFailure()
                        .orElseThrow()
                        .reply()
                        .toString())
                .isEqualTo("502 HTTP 400: Bad request");
    }

    @Test
    void reportsThatThePermissionForDraftsCouldNotBeChecked() {
        graph.next("POST /messages", FakeGraph.refusing(503, "ServiceUnavailable", "busy"));

        UpstreamCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings().getLast().advice())
                .isEqualTo("Smaller messages are not affected. Run the check again later.");
    }

    @Test
    void reportsTheClaimsOfTheToken() {
        String claims = "{\"aud\":\"https://graph.microsoft.com\",\"tid\":\"t\",\"appid\":\"a\","
                + "\"roles\":[\"Mail.Send\"],\"exp\":1795251600}";
        String token = "x." + Base64.getUrlEncoder().encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".x";
        fixture.tokens.give(token);
        graph.accept(token);

        UpstreamCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings().get(1).detail())
                .isEqualTo("token for https://graph.microsoft.com, tenant t, app a, roles Mail.Send,"
                        + " valid until 2026-11-21T09:00:00Z");
        assertThat(check.toString()).doesNotContain(token);
    }

    @Test
    void reportsThatNoTokenCouldBeObtained() {
        fixture.tokens.fail(TokenException.Origin.SERVICE);

        UpstreamCheck check = fixture.upstream.check();

        assertThat(check.findings()).hasSize(1);
        assertThat(check.optionalFailure().orElseThrow().origin()).isEqualTo(Origin.SIGN_IN);
    }

    @Test
    void explainsWhyTheCertificateIsNotTrusted() throws IOException {
        TestCertificate theirs = TestCertificate.madeFor("localhost", directory);
        TestCertificate other = TestCertificate.madeFor("other", directory);
        try (FakeGraph secure = new FakeGraph(theirs.context())) {
            UpstreamCheck distrusting = check(secure, other);
            UpstreamCheck trusting = check(secure, theirs);

            Response failure = distrusting.optionalFailure().orElseThrow();
            assertThat(failure.origin()).isEqualTo(Origin.TLS);
            assertThat(failure.step()).isEqualTo(Step.STARTTLS);
            assertThat(failure.reply().text()).startsWith("certificate of localhost is not signed by a trusted CA");
            assertThat(trusting.succeeded()).isTrue();
            assertThat(trusting.findings().get(1).step()).isEqualTo(Step.STARTTLS);
            assertThat(trusting.findings().get(1).detail())
                    .matches("TLSv1\\.3, TLS_\\w+, certificate CN=localhost, valid until \\d{4}-\\d\\d-\\d\\d");
        }
    }

    private UpstreamCheck check(FakeGraph secure, TestCertificate trusted) {
        return fixture.upstream(secure.root(), trusted.pem(), Duration.ofSeconds(20))
                .check();
    }
}
