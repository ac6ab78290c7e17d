package org.o365relay.deliver.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.RoadCheck;
import org.o365relay.deliver.RoadCheck.Finding;
import org.o365relay.deliver.smtp.TestCertificate;
import org.o365relay.identity.TokenException;
import org.o365relay.net.ServerTrust;

@Timeout(60)
class InspectionTest {

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
    void findsTheRoadOpenWithoutSendingAnything() {
        RoadCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings())
                .extracting(Finding::detail)
                .containsExactly(
                        "connected to " + fixture.upstream.name(),
                        "there is an access token, good until 2026-11-21T09:00:00Z",
                        "may send mail as relay@contoso.example (Mail.Send)",
                        "may make drafts, as messages above 20 KB need (Mail.ReadWrite)");
        assertThat(graph.sent()).isEmpty();
        assertThat(graph.drafts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"403, ErrorAccessDenied", "404, ErrorInvalidUser", "503, ServiceUnavailable"})
    void saysThatItMayNotSend(int status, String code) {
        graph.next("POST /sendMail", FakeGraph.refusing(status, code, "no"));

        RoadCheck check = fixture.upstream.check();

        Response trouble = check.trouble().orElseThrow();
        assertThat(trouble.step()).isEqualTo(Step.AUTH);
        assertThat(trouble.origin()).isEqualTo(Origin.GRAPH);
        assertThat(trouble.reply().toString()).startsWith(status + " " + code + ": no");
        assertThat(check.findings()).hasSize(2);
    }

    @Test
    void saysThatLargeMessagesCannotBeSent() {
        graph.next("POST /messages", FakeGraph.refusing(403, "ErrorAccessDenied", "Access is denied."));

        RoadCheck check = fixture.upstream.check();

        assertThat(check.succeeded()).isTrue();
        assertThat(check.findings().getLast().detail())
                .isEqualTo("messages above 20 KB cannot be sent, for that takes drafts (Mail.ReadWrite):"
                        + " 403 ErrorAccessDenied: Access is denied. (request-id r-1)");
    }

    @Test
    void saysThatThereIsNoToken() {
        fixture.tokens.fail(TokenException.Origin.SERVICE);

        RoadCheck check = fixture.upstream.check();

        assertThat(check.findings()).hasSize(1);
        assertThat(check.trouble().orElseThrow().origin()).isEqualTo(Origin.SIGN_IN);
    }

    @Test
    void saysWhatIsWrongWithTheCertificate() throws IOException {
        TestCertificate theirs = TestCertificate.madeFor("localhost", directory);
        TestCertificate other = TestCertificate.madeFor("other", directory);
        try (FakeGraph secure = new FakeGraph(theirs.context())) {
            RoadCheck distrusting = check(secure, other);
            RoadCheck trusting = check(secure, theirs);

            Response trouble = distrusting.trouble().orElseThrow();
            assertThat(trouble.origin()).isEqualTo(Origin.TLS);
            assertThat(trouble.step()).isEqualTo(Step.STARTTLS);
            assertThat(trouble.reply().text())
                    .startsWith("certificate of localhost is not signed by anyone this machine trusts");
            assertThat(trusting.succeeded()).isTrue();
            assertThat(trusting.findings()).contains(new Finding(Step.STARTTLS, "the certificate is good"));
        }
    }

    private RoadCheck check(FakeGraph secure, TestCertificate trusted) {
        try (HttpClient client = HttpClient.newBuilder()
                .sslContext(ServerTrust.context("localhost", trusted.pem()))
                .build()) {
            return fixture.upstream(secure.root(), client, Duration.ofSeconds(20))
                    .check();
        }
    }
}
