package org.o365relay.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.TenantSettings;

/// One sandbox for all tests of a class; faults are removed after each test.
final class SandboxFixture implements AfterEachCallback, AfterAllCallback {

    static final String USER = "relay@contoso.example";
    static final String PASSWORD = "correct horse";
    static final SandboxMailbox ACCOUNT = new SandboxMailbox(USER, PASSWORD, Set.of("erp@contoso.example"));
    static final String MESSAGE = "From: Relay <relay@contoso.example>\r\nSubject: hello\r\n\r\ntext\r\n";

    private final Path directory;
    private final Sandbox sandbox;

    private final SandboxSettings settings;

    SandboxFixture() {
        this(settings -> settings);
    }

    /// @param change change of the default settings
    SandboxFixture(UnaryOperator<SandboxSettings> change) {
        try {
            directory = Files.createTempDirectory("sandbox");
            settings = change.apply(settings(directory));
            sandbox = Sandbox.start(settings);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// With sign-in, Graph and an MX, for one app.
    static SandboxFixture whole() {
        return new SandboxFixture(
                settings -> settings.withApps(AppRegistration.withSecret(WebClient.APP, WebClient.SECRET))
                        .withMx(0));
    }

    static SandboxSettings settings(Path directory) {
        return SandboxSettings.in(directory, ACCOUNT)
                .tenant(tenant -> tenant.submission(
                        submission -> submission.withTarpit(Duration.ZERO).withContentLimit(1_000_000)));
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /// Changes the settings until the end of the test.
    void change(UnaryOperator<TenantSettings> change) {
        sandbox.change(change);
    }

    WebClient web() throws IOException {
        return new WebClient(sandbox);
    }

    /// A client after STARTTLS and AUTH.
    RawClient signedIn() throws IOException {
        return RawClient.signedIn(sandbox, USER, PASSWORD);
    }

    /// A client after DATA.
    RawClient inContent() throws IOException {
        RawClient client = signedIn();
        client.say("MAIL FROM:<" + USER + ">");
        client.say("RCPT TO:<someone@example.org>");
        client.say("DATA");
        return client;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        sandbox.faults().clear();
        sandbox.change(_ -> settings.tenant());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        sandbox.close();
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
