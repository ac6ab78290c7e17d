package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.Polling;
import org.o365relay.identity.TokenException.Origin;
import org.o365relay.mail.Secret;

class DeviceCodeTest extends SignInTest {

    private static final String SMTP = "https://outlook.office.com/SMTP.Send offline_access";

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = directory.resolve("login-" + clientId);
    }

    @Test
    void showsTheCodeAndStoresTheLogin() throws Exception {
        entra.says(400, pending()).says(400, pending());
        List<LoginPrompt> shown = new ArrayList<>();
        String user = service().login(credential(), SMTP, shown::add);
        assertThat(user).isEqualTo("relay@contoso.example");
        assertThat(shown)
                .containsExactly(new LoginPrompt("ABCD-1234", "https://login.example/device", Duration.ofMinutes(15)));
        assertThat(entra.asked).hasSize(3);
        assertThat(entra.askedForCodes.getFirst().get("scope"))
                .contains("https://outlook.office.com/SMTP.Send")
                .contains("offline_access");
        assertThat(Files.readString(file))
                .contains("\"format\":\"o365-relay login 1\"")
                .doesNotContain("refresh-token")
                .doesNotContain("relay@contoso.example");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void usesTheNewestRefreshTokenAfterARestart() throws Exception {
        service().login(credential(), SMTP, _ -> {});
        entra.asked.clear();

        TokenSource tokens = service().tokens(credential(), SMTP);
        AccessToken stored = tokens.token();
        assertThat(entra.asked).isEmpty();

        tokens.invalidate(stored);
        assertThat(tokens.token()).isNotEqualTo(stored);
        assertThat(entra.asked).hasSize(1);
        assertThat(entra.asked.getFirst())
                .containsEntry("grant_type", "refresh_token")
                .containsEntry("refresh_token", "refresh-token-1");

        TokenSource again = service().tokens(credential(), SMTP);
        again.invalidate(again.token());
        again.token();
        assertThat(entra.asked.getLast()).containsEntry("refresh_token", "refresh-token-2");
    }

    @Test
    void usesOneLoginForSeveralServers() throws Exception {
        SignInService service = service();
        service.login(credential(), SMTP, _ -> {});
        assertThat(service.tokens(credential(), "https://graph.microsoft.com/Mail.Send")
                        .token())
                .isNotEqualTo(service.tokens(credential(), SMTP).token());
        assertThat(entra.asked.getLast().get("scope")).contains("https://graph.microsoft.com/Mail.Send");
    }

    @Test
    void usesTheLoginEveryWeekEvenWithoutMail() throws Exception {
        ManualClock clock = new ManualClock(Instant.now().toString());
        service(clock).login(credential(), SMTP, _ -> {});
        SignInService service = service(clock);
        TokenSource tokens = service.tokens(credential(), SMTP);
        assertThat(service.expiry(credential()))
                .contains(new Expiry(
                        Expiry.Kind.DEVICE_LOGIN,
                        file.toString(),
                        clock.instant().plus(Duration.ofDays(90))));
        clock.advance(Duration.ofDays(6));
        service.renew();
        assertThat(entra.asked).hasSize(1);
        clock.advance(Duration.ofHours(25));
        service.renew();
        Instant end = clock.instant().plus(Duration.ofDays(90));
        Polling.until(
                "the login is used",
                () -> service.expiry(credential()).orElseThrow().at().equals(end));
        assertThat(entra.asked).hasSize(2);
        assertThat(tokens).isNotNull();
    }

    @Test
    void usesALoginThatWasUsedWhileTheClockWasAYearAhead() throws Exception {
        Instant now = Instant.now();
        ManualClock clock = new ManualClock(now.plus(Duration.ofDays(365)).toString());
        service(clock).login(credential(), SMTP, _ -> {});
        clock.set(now);
        SignInService service = service(clock);
        service.tokens(credential(), SMTP);
        service.renew();
        Instant end = now.plus(Duration.ofDays(90));
        Polling.until(
                "the login is used",
                () -> service.expiry(credential()).orElseThrow().at().equals(end));
        assertThat(entra.asked).hasSize(2);
    }

    @Test
    void doesNotReportALoginAsExpiredBecauseItWasUsedIn1970() throws Exception {
        ManualClock clock = new ManualClock("1970-01-01T00:00:00Z");
        service(clock).login(credential(), SMTP, _ -> {});
        clock.set(Instant.now());
        assertThat(service(clock).expiry(credential())).isEmpty();
    }

    @Test
    void reportsAnExpiredLogin() throws Exception {
        service().login(credential(), SMTP, _ -> {});
        TokenSource tokens = service().tokens(credential(), SMTP);
        tokens.invalidate(tokens.token());
        entra.says(400, """
            {"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity.",
            "trace_id":"t-1","correlation_id":"c-1","suberror":"bad_token"}\
            """);
        TokenException refused = refusal(tokens);
        assertThat(refused.origin()).isEqualTo(Origin.SERVICE);
        assertThat(refused.reply().toString())
                .isEqualTo("400 invalid_grant: AADSTS700082: The refresh token has expired due to inactivity."
                        + " (trace t-1, correlation c-1)");
    }

    @Test
    void reportsThatTheUserDeclined() {
        entra.says(400, "{\"error\":\"authorization_declined\",\"error_description\":\"AADSTS70044: declined\"}");
        TokenException refused =
                catchThrowableOfType(TokenException.class, () -> service().login(credential(), SMTP, _ -> {}));
        assertThat(refused.reply().text()).isEqualTo("authorization_declined: AADSTS70044: declined");
        assertThat(file).doesNotExist();
    }

    @Test
    void reportsWhatIsWrongWithTheFile() throws Exception {
        assertThat(problem(credential())).startsWith("no_login: no user has signed in yet: there is no " + file);
        service().login(credential(), SMTP, _ -> {});
        Credential.DeviceCode otherKey =
                new Credential.DeviceCode(app(), "relay@contoso.example", file, new Secret("another key"));
        assertThat(problem(otherKey)).contains(file + " is not encrypted with the configured key");
        App other = new App(entra.authority(), FakeEntra.TENANT, "another-app");
        assertThat(problem(
                        new Credential.DeviceCode(other, "", file, credential().key())))
                .contains("contains the login of relay@contoso.example at " + FakeEntra.TENANT + " with app " + clientId
                        + ", but the configured app is another-app");
        String stored = Files.readString(file);
        int at = stored.indexOf("\"content\":\"") + 20;
        String damaged = stored.substring(0, at) + (stored.charAt(at) == 'A' ? 'B' : 'A') + stored.substring(at + 1);
        Files.writeString(file, damaged);
        assertThat(problem(credential())).contains(file + " is damaged; run o365-relay login again");
        Files.writeString(file, "my shopping list");
        assertThat(problem(credential())).contains(file + " is not a login stored by o365-relay");
        TokenException refused =
                catchThrowableOfType(TokenException.class, () -> service().login(credential(), SMTP, _ -> {}));
        assertThat(refused.reply().text()).contains("is not a login stored by o365-relay");
        assertThat(Files.readString(file)).isEqualTo("my shopping list");
    }

    @Test
    void doesNotOverwriteALoginStoredByAnotherProcess() throws Exception {
        EncryptedLoginFile mine = new EncryptedLoginFile(file, new Secret("k"), KEY_ITERATIONS);
        mine.write("first");
        new EncryptedLoginFile(file, new Secret("k"), KEY_ITERATIONS).write("of somebody else");
        mine.rewrite("second");
        assertThat(new EncryptedLoginFile(file, new Secret("k"), KEY_ITERATIONS).read())
                .contains("of somebody else");
    }

    @Test
    void reportsThatTheLoginCannotBeStored() {
        Path nowhere = directory.resolve("no-such-directory").resolve("login");
        Credential.DeviceCode credential =
                new Credential.DeviceCode(app(), "relay@contoso.example", nowhere, new Secret("key"));
        TokenException refused =
                catchThrowableOfType(TokenException.class, () -> service().login(credential, SMTP, _ -> {}));
        assertThat(refused.reply().text()).contains("cannot write the login to " + nowhere);
    }

    private String problem(Credential.DeviceCode credential) {
        return refusal(service().tokens(credential, SMTP)).reply().text();
    }

    private Credential.DeviceCode credential() {
        return new Credential.DeviceCode(app(), "relay@contoso.example", file, new Secret("key of the file"));
    }

    private static String pending() {
        return "{\"error\":\"authorization_pending\",\"error_description\":\"AADSTS70016: pending\"}";
    }
}
