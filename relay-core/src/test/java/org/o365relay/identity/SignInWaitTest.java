package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Secret;

/// The waits between token requests after the sign-in service has asked for one (Retry-After).
class SignInWaitTest extends SignInTest {

    private static final String BUSY = "{\"error\":\"temporarily_unavailable\",\"error_description\":\"slow down\"}";
    private static final String PAGE = "<html><body>Our services are not available right now.</body></html>";
    private static final String SMTP = "https://outlook.office365.com/SMTP.Send offline_access";

    private final ManualClock clock = new ManualClock(Instant.now().toString());

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        429 | 1      | json | PT1S    | SERVICE
        429 | 37     | json | PT37S   | SERVICE
        429 | 3600   | json | PT1H    | SERVICE
        429 | 600000 | json | PT24H   | SERVICE
        503 | 120    | json | PT2M    | SERVICE
        503 | 120    | page | PT2M    | NETWORK
        500 | 45     | json | PT45S   | SERVICE
        400 | 90     | json | PT1M30S | SERVICE
        """)
    void sendsNoRequestUntilTheWaitIsOver(int status, String retryAfter, String body, Duration wait, Origin origin)
            throws TokenException {
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(status, retryAfter, body.equals("json") ? BUSY : PAGE);

        TokenException asked = refusal(tokens);
        clock.advance(wait.minusMillis(500));
        TokenException later = refusal(tokens);

        assertThat(asked.origin()).isEqualTo(origin);
        assertThat(asked.retryAfter()).contains(wait);
        assertThat(later.retryAfter()).as("what is left of it").contains(Duration.ofMillis(500));
        assertThat(entra.asked).hasSize(1);
        clock.advance(Duration.ofMillis(500));
        assertThat(tokens.token()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void reportsNoWaitThatTheServiceHasNotAskedFor(int status) {
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(status, BUSY);
        assertThat(refusal(tokens).retryAfter()).isEmpty();
        assertThat(refusal(tokens).retryAfter()).isEmpty();
        assertThat(entra.asked).hasSize(1);
        assertThat(tokens.endRetryAfter()).isFalse();
    }

    @Test
    void anOperatorEndsTheWait() throws TokenException {
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(503, "3600", BUSY);
        refusal(tokens);

        assertThat(tokens.endRetryAfter()).isTrue();
        assertThat(tokens.token()).isNotNull();
        assertThat(tokens.endRetryAfter()).as("the wait has ended").isFalse();
    }

    /// The relay's own wait after an error: nothing that the service has asked for, so nothing is reported.
    @Test
    void anOperatorEndsTheQuietTimeAfterARefusal() throws TokenException {
        TokenSource tokens = service(clock).tokens(secret(), SCOPE);
        entra.says(401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid secret\"}");
        refusal(tokens);
        refusal(tokens);
        assertThat(entra.asked).as("quiet").hasSize(1);

        assertThat(tokens.endRetryAfter()).isFalse();

        assertThat(tokens.token()).isNotNull();
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void theWaitOfARenewalIsNotReportedWhileTheOldTokenIsUsed() throws Exception {
        SignInService service = service(clock);
        TokenSource tokens = service.tokens(secret(), SCOPE);
        AccessToken first = tokens.token();
        clock.advance(Duration.ofMinutes(55).plusSeconds(1));
        entra.says(429, "3600", BUSY);

        assertThat(tokens.token()).isEqualTo(first);
        service.renew();
        assertThat(entra.asked).hasSize(2);
        assertThat(tokens.endRetryAfter()).isFalse();
    }

    /// MSAL would send no request of a user for a minute after such a response, or for as long as it asks.
    @ParameterizedTest
    @CsvSource({"429, ''", "429, 3600", "503, ''", "503, 3600", "400, 3600"})
    void anOperatorEndsTheWaitForTheTokenOfAUser(int status, String retryAfter) throws Exception {
        Path file = directory.resolve("login-" + clientId);
        Credential.DeviceCode login =
                new Credential.DeviceCode(app(), "relay@contoso.example", file, new Secret("a key of the login"));
        SignInService service = service(clock);
        service.login(login, SMTP, _ -> {});
        TokenSource tokens = service.tokens(login, SMTP);
        tokens.invalidate(tokens.token());
        entra.says(status, retryAfter, BUSY);
        assertThat(refusal(tokens).reply().text()).isEqualTo("temporarily_unavailable: slow down");

        tokens.endRetryAfter();

        assertThat(tokens.token()).isNotNull();
    }
}
