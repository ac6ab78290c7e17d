package org.o365relay.identity;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.smtp.TestCertificate;
import org.o365relay.mail.Secret;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.HttpSettings.Proxy;
import org.o365relay.net.Https;
import org.o365relay.time.SteadyClock;

/// A fake sign-in service, and credentials for it.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class SignInTest {

    static final String SCOPE = "https://outlook.office365.com/.default";
    static final String SECRET = "cl1ent~Secret/of+the=app";

    /// Far fewer than in production, where a derivation takes most of a second.
    static final int KEY_ITERATIONS = 1_000;

    @TempDir
    static Path directory;

    static TestCertificate localhost;

    /// A new ID for each test, because MSAL remembers refusals by app in the whole process.
    final String clientId = UUID.randomUUID().toString();

    FakeEntra entra;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeAll
    static void makeCertificate() {
        localhost = TestCertificate.madeFor("localhost", directory);
    }

    @BeforeEach
    void start() throws IOException {
        entra = new FakeEntra(localhost.context());
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        entra.close();
    }

    SignInService service() {
        return service(InstantSource.system());
    }

    SignInService service(InstantSource clock) {
        return service(SteadyClock.following(clock));
    }

    SignInService service(SteadyClock clock) {
        return opened(new SignInService(new Https(https(null)), new Https(HttpSettings.DIRECT), clock, KEY_ITERATIONS));
    }

    <T extends AutoCloseable> T opened(T each) {
        opened.add(each);
        return each;
    }

    static HttpSettings https(@Nullable Proxy proxy) {
        return new HttpSettings(proxy, localhost.pem(), Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    App app() {
        return new App(entra.authority(), FakeEntra.TENANT, clientId);
    }

    Credential.ClientSecret secret() {
        return secret("relay@contoso.example");
    }

    Credential.ClientSecret secret(String username) {
        return new Credential.ClientSecret(app(), username, new Secret(SECRET), null);
    }

    static TokenException refusal(TokenSource tokens) {
        return catchThrowableOfType(TokenException.class, tokens::token);
    }
}
