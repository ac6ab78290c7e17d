package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.Polling;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Secret;
import org.o365relay.net.FakeProxy;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;
import org.o365relay.time.SteadyClock;

class ClientSecretTest extends SignInTest {

    private static final String WRONG_SECRET = """
        {"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Ensure the secret \
        being sent in the request is the client secret value, not the client secret ID. Trace ID: \
        0f5b8b1e-0000 Correlation ID: 5d1c7c4a-0000 Timestamp: 2026-11-21 12:00:00Z","error_codes":[7000215],\
        "trace_id":"0f5b8b1e-0000","correlation_id":"5d1c7c4a-0000"}\
        """;

    @Test
    void requestsATokenAndCachesIt() throws TokenException {
        TokenSource tokens = service().tokens(secret(), SCOPE);
        AccessToken token = tokens.token();
        assertThat(tokens.token()).isSameAs(token);
        assertThat(entra.asked)
                .singleElement()
                .satisfies(form -> assertThat(form)
                        .containsEntry("grant_type", "client_credentials")
                        .containsEntry("client_id", clientId)
                        .containsEntry("client_secret", SECRET)
                        .extractingByKey("scope")
                        .asString()
                        .contains(SCOPE));
        assertThat(token.expiresAt()).isAfter(Instant.now().plusSeconds(3000));
        assertThat(token.toString())
                .contains("***")
                .doesNotContain(token.value().reveal());
    }

    @Test
    void refusesAResponseThatIsTooLarge() {
        entra.says(200, "{\"access_token\":\"" + "a".repeat(300_000) + "\"}");
        assertThatThrownBy(() -> service().tokens(secret(), SCOPE).token())
                .isInstanceOfSatisfying(TokenException.class, failure -> {
                    assertThat(failure.origin()).isEqualTo(Origin.NETWORK);
                    assertThat(failure.reply().text())
                            .isEqualTo("no response from the sign-in service: the response from localhost is larger"
                                    + " than 256 KiB");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"<", "<script", "</script><script>", "AADSTS"})
    void readsOnlyTheBeginningOfALargeError(String repeated) {
        entra.says(502, repeated.repeat(8_000_000 / repeated.length()));
        assertThatThrownBy(() -> service().tokens(secret(), SCOPE).token())
                .isInstanceOfSatisfying(TokenException.class, failure -> {
                    assertThat(failure.origin()).isEqualTo(Origin.NETWORK);
                    assertThat(failure.reply().text()).contains("HTTP 502").hasSizeLessThan(400);
                });
    }

    @Test
    void sendsOneRequestForFiftyConcurrentCallers() throws Exception {
        entra.gate = new CountDownLatch(1);
        SignInService service = service();
        List<Future<AccessToken>> waiting = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch there = new CountDownLatch(50);
            for (int i = 0; i < 50; i++) {
                TokenSource tokens = service.tokens(secret("mailbox-" + i + "@contoso.example"), SCOPE);
                waiting.add(threads.submit(() -> {
                    there.countDown();
                    return tokens.token();
                }));
            }
            there.await();
            entra.gate.countDown();
        }
        Set<AccessToken> had = new HashSet<>();
        for (Future<AccessToken> each : waiting) {
            had.add(each.get());
        }
        assertThat(had).hasSize(1);
        assertThat(entra.asked).hasSize(1);
    }

    @Test
    void returnsTheErrorOfTheSignInService() {
        entra.says(401, WRONG_SECRET);
        TokenException refused = refusal(service().tokens(secret(), SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.SERVICE);
        assertThat(refused.reply().code()).isEqualTo(401);
        assertThat(refused.reply().text())
                .startsWith("invalid_client: AADSTS7000215: Invalid client secret provided. Ensure")
                .contains("Trace ID: 0f5b8b1e-0000 Correlation ID: 5d1c7c4a-0000")
                .doesNotContain("(trace");
    }

    @Test
    void appendsTheIdsThatAreMissingFromTheDescription() {
        entra.says(400, """
            {"error":"invalid_request","error_description":"AADSTS90002: Tenant 'x' not found.",
            "trace_id":"t-1","correlation_id":"c-1"}\
            """);
        assertThat(refusal(service().tokens(secret(), SCOPE)).reply().toString())
                .isEqualTo("400 invalid_request: AADSTS90002: Tenant 'x' not found. (trace t-1, correlation c-1)");
    }

    @Test
    void repeatsTheSameErrorFor10SecondsWithoutANewRequest() throws TokenException {
        ManualClock clock = new ManualClock("2026-11-21T12:00:00Z");
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(401, WRONG_SECRET);
        for (int i = 0; i < 5; i++) {
            assertThat(refusal(tokens).reply().code()).isEqualTo(401);
        }
        clock.advance(Duration.ofMillis(9_900));
        assertThat(refusal(tokens).reply().code()).isEqualTo(401);
        assertThat(entra.asked).hasSize(1);
        clock.advance(Duration.ofMillis(200));
        assertThat(tokens.token()).isNotNull();
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void waitsAsLongAsRetryAfterSays() throws TokenException {
        ManualClock clock = new ManualClock("2026-11-21T12:00:00Z");
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(429, "37", "{\"error\":\"temporarily_unavailable\",\"error_description\":\"slow down\"}");
        assertThat(refusal(tokens).reply().toString()).isEqualTo("429 temporarily_unavailable: slow down");
        clock.advance(Duration.ofSeconds(36));
        assertThat(refusal(tokens).reply().code()).isEqualTo(429);
        clock.advance(Duration.ofSeconds(2));
        entra.says(400, "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS50196: client request loop\"}");
        assertThat(refusal(tokens).reply().text()).startsWith("invalid_grant: AADSTS50196");
        clock.advance(Duration.ofSeconds(59));
        assertThat(refusal(tokens).reply().text()).startsWith("invalid_grant: AADSTS50196");
        assertThat(entra.asked).hasSize(2);
        clock.advance(Duration.ofSeconds(2));
        assertThat(tokens.token()).isNotNull();
    }

    @Test
    void replacesAnInvalidatedTokenOnlyOnce() throws TokenException {
        TokenSource tokens = service().tokens(secret(), SCOPE);
        AccessToken first = tokens.token();
        tokens.invalidate(first);
        AccessToken second = tokens.token();
        assertThat(second).isNotEqualTo(first);
        tokens.invalidate(first); // somebody else found out later
        assertThat(tokens.token()).isSameAs(second);
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void renewsATokenInUseBeforeItExpires() throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        SignInService service = service(clock);
        TokenSource tokens = service.tokens(secret(), SCOPE);
        AccessToken first = tokens.token();
        tokens.token();
        clock.advance(Duration.ofMinutes(48));
        service.renew();
        assertThat(tokens.token()).isSameAs(first);
        clock.advance(Duration.ofMinutes(3));
        service.renew();
        entra.awaitAsked(2);
        assertThat(entra.asked).hasSize(2);
        Polling.until("the second token", () -> !tokens.token().equals(first));
        assertThat(entra.asked).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P20D", "P-20D", "P-20000D"})
    void usesATokenForItsTimeWhenTheClockIsSet(Duration jump) throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        TokenSource tokens = service(clock.steady()).tokens(secret(), SCOPE);
        AccessToken first = tokens.token();
        clock.jump(jump);
        clock.advance(Duration.ofMinutes(50));
        assertThat(tokens.token()).isSameAs(first);
        clock.advance(Duration.ofMinutes(9));
        assertThat(tokens.token()).isNotEqualTo(first);
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void usesATokenUntilItExpiresIfNoNewOneCanBeFetched() throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        AccessToken first = tokens.token();
        clock.advance(Duration.between(clock.instant(), first.expiresAt()).minusMinutes(2));
        entra.says(503, "{\"error\":\"temporarily_unavailable\",\"error_description\":\"no\"}");
        assertThat(tokens.token()).isSameAs(first);
        assertThat(tokens.token()).isSameAs(first);
        assertThat(entra.asked).hasSize(2);
        clock.advance(Duration.ofMinutes(3));
        assertThat(tokens.token()).isNotEqualTo(first);
    }

    @Test
    void doesNotRenewAnUnusedToken() throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        SignInService service = service(clock);
        TokenSource tokens = service.tokens(secret(), SCOPE);
        tokens.token();
        clock.advance(Duration.ofMinutes(56));
        service.renew();
        assertThat(entra.asked).hasSize(1);
        assertThat(tokens.token().expiresAt()).isNotNull();
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void usesARenewedSecretFromItsFile() throws Exception {
        Path file = Files.writeString(directory.resolve("secret-" + clientId), "old-secret-value\n");
        TokenSource tokens = service().tokens(secretIn(file), SCOPE);
        AccessToken token = tokens.token();
        Files.writeString(file, "newer-secret-value\n");
        tokens.invalidate(token);
        tokens.token();
        assertThat(entra.asked)
                .extracting(form -> form.get("client_secret"))
                .containsExactly("old-secret-value", "newer-secret-value");
    }

    @Test
    void provesAChangedSecretWithANewToken() throws Exception {
        Path file = Files.writeString(directory.resolve("secret-" + clientId), "old-secret-value\n");
        SignInService service = service();
        AccessToken old = service.tokens(secretIn(file), SCOPE).token();
        assertThat(service.tokens(secretIn(file), SCOPE).token()).isSameAs(old);
        Files.writeString(file, "wrong-secret-value\n");
        entra.says(401, WRONG_SECRET);
        assertThat(refusal(service.tokens(secretIn(file), SCOPE)).reply().code())
                .isEqualTo(401);
        assertThat(entra.asked)
                .extracting(form -> form.get("client_secret"))
                .containsExactly("old-secret-value", "wrong-secret-value");
    }

    private Credential.ClientSecret secretIn(Path file) throws IOException {
        return new Credential.ClientSecret(app(), "relay@contoso.example", Secret.inFile(file), null);
    }

    @Test
    void renewsATokenUntilItsLastSourceIsClosed() throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        SignInService service = service(clock);
        TokenSource one = service.tokens(secret("one@contoso.example"), SCOPE);
        TokenSource other = service.tokens(secret("other@contoso.example"), SCOPE);
        AccessToken first = one.token();
        assertThat(other.token()).isSameAs(first);
        one.close();
        clock.advance(Duration.ofMinutes(51));
        service.renew();
        Polling.until("the second token", () -> !other.token().equals(first));
        other.token();
        other.close();
        clock.advance(Duration.ofMinutes(51));
        service.renew();
        service.tokens(secret(), SCOPE).token(); // shares nothing with the closed ones
        assertThat(entra.asked).hasSize(3);
        clock.advance(Duration.ofHours(1));
        assertThat(other.token()).isNotNull(); // a delivery still in flight
    }

    @Test
    void reportsARefusedConnection() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        Credential.ClientSecret credential = new Credential.ClientSecret(
                new App("https://localhost:" + free, FakeEntra.TENANT, clientId),
                "relay@contoso.example",
                new Secret(SECRET),
                null);
        TokenException refused = refusal(service().tokens(credential, SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.NETWORK);
        assertThat(refused.reply().text())
                .isEqualTo("no response from the sign-in service: connection refused by localhost:" + free);
    }

    @Test
    void reportsAnUntrustedCertificate() {
        SignInService service = opened(new SignInService(HttpSettings.DIRECT, SteadyClock.system()));
        TokenException refused = refusal(service.tokens(secret(), SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.TLS);
        assertThat(refused.reply().text())
                .isEqualTo(
                        "no response from the sign-in service: certificate of localhost is not signed by a trusted CA"
                                + " (issuer: CN=localhost)");
    }

    @Test
    void doesNotMistakeACaptivePortalForTheSignInService() {
        entra.says(403, "<html><head><title>Guest network</title></head><body>Accept our terms</body></html>");
        TokenException refused = refusal(service().tokens(secret(), SCOPE));
        assertThat(refused.origin()).isEqualTo(Origin.NETWORK);
        assertThat(refused.reply().text())
                .isEqualTo(
                        "the response is not from the sign-in service: HTTP 403:" + " Guest network Accept our terms");
    }

    @Test
    void reportsAResponseWithoutAToken() {
        entra.says(200, "<html>ok</html>")
                .says(200, "{\"token_type\":\"Bearer\",\"access_token\":\"half-a-token")
                .says(200, "{\"token_type\":\"Bearer\"}")
                .says(503, "");
        for (String words : List.of("HTTP 200: ok", "HTTP 200 with an empty body", "no access token", "HTTP 503")) {
            assertThat(refusal(service().tokens(secret(), SCOPE)).reply().text())
                    .contains(words)
                    .doesNotContain("half-a-token");
        }
    }

    @Test
    void connectsThroughAProxyThatRequiresALogin() throws Exception {
        FakeProxy proxy = opened(new FakeProxy(entra.port(), "relay:pr0xy-password"));
        Proxy settings = new Proxy("localhost", proxy.port(), new Login("relay", new Secret("pr0xy-password")));
        SignInService service = opened(new SignInService(https(settings), SteadyClock.system()));
        assertThat(service.tokens(secret(), SCOPE).token()).isNotNull();
        assertThat(proxy.requests).hasSize(1);
    }

    @Test
    void returnsTheConfiguredExpiryOfTheSecret() throws TokenException {
        assertThat(service().expiry(secret())).isEmpty();
        Credential.ClientSecret noted = new Credential.ClientSecret(
                app(), "relay@contoso.example", new Secret(SECRET), LocalDate.parse("2027-03-01"));
        assertThat(service().expiry(noted))
                .contains(new Expiry(
                        Expiry.Kind.CLIENT_SECRET, "app " + clientId, Instant.parse("2027-03-01T00:00:00Z")));
    }
}
