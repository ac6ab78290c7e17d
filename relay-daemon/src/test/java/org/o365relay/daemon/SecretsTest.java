package org.o365relay.daemon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.journal.LogJournal;
import org.o365relay.sandbox.TestKey;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.entra.AppRegistration.State;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// Whatever goes wrong, and however much is logged: no secret and no token is ever said.
@Timeout(60)
final class SecretsTest {

    private static final String WRONG_SECRET = "Zz1~wrong.but_a-secret~still";
    private static final String PFX_PASSWORD = "opens the pfx";
    private static final String TOKEN_KEY = "seals the login";
    private static final String BASIC = "password@contoso.example";
    private static final String APP = "secret@contoso.example";
    private static final String WRONG = "wrong@contoso.example";
    private static final String CERTIFICATE = "certificate@contoso.example";
    private static final String CODE = "code@contoso.example";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path office;

    @TempDir
    Path directory;

    private RelayFixture relay;
    private LogLines log;
    private LogLines library;

    @BeforeEach
    void open() throws Exception {
        TestKey key = TestKey.made(directory, "relay");
        key.pfx(directory.resolve("app.pfx"), PFX_PASSWORD);
        log = new LogLines(LogLines.EVERYTHING, Level.TRACE);
        library = new LogLines("com.microsoft.aad", Level.TRACE); // which has a level of its own
        relay = new RelayFixture(
                directory,
                RelayFixture.whole(office, account(BASIC), account(APP), account(CERTIFICATE))
                        .withApps(new AppRegistration(
                                ConfigText.APP,
                                ConfigText.SECRET,
                                key.certificate(),
                                AppRegistration.USUAL_ROLES,
                                AppRegistration.EVERY_MAILBOX,
                                State.ACTIVE)));
    }

    private static SandboxMailbox account(String address) {
        return new SandboxMailbox(address, ConfigText.PASSWORD);
    }

    @AfterEach
    void close() {
        relay.close();
        library.close();
        log.close();
    }

    @Test
    void neverLogsASecretOrAToken() throws Exception {
        relay.with(
                        "auth/LOGIN:535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.*2",
                        "auth/XOAUTH2:535 5.7.3 Authentication unsuccessful*4",
                        "graph:400 ErrorMimeContentInvalid The MIME content is invalid.*1")
                .start(new LogJournal(), mailboxes(), routing());
        try (Device device = relay.device()) {
            for (String mailbox : List.of(BASIC, APP, WRONG, CERTIFICATE, CODE)) {
                device.sendFrom("to-" + mailbox, "From: to-" + mailbox + "\r\nSubject: " + mailbox + "\r\n\r\n\r\n");
            }
        }
        for (String mailbox : List.of(BASIC, APP, WRONG, CODE)) {
            log.await(line -> line.startsWith("blocked mailbox=" + mailbox));
        }
        relay.received(BASIC);
        relay.received(APP);
        log.await(line -> line.startsWith("failed ") && line.contains("notice=<to-" + CERTIFICATE + ">"));
        relay.received(3);
        relay.stop();

        List<String> lines = log.lines();
        assertThat(lines).filteredOn(line -> line.startsWith("blocked ")).hasSizeGreaterThanOrEqualTo(4);
        assertThat(String.join("\n", lines)).doesNotContain(secrets());
        assertThat(String.join("\n", library.lines())).contains("AADSTS7000215").doesNotContain(secrets());
        for (AcceptedMessage message : relay.office().accepted()) {
            assertThat(new String(message.content(), UTF_8)).doesNotContain(secrets());
        }
    }

    /// Tokens of the sandbox are JWTs, as Microsoft's are: they begin with `{"` in base64.
    private static String[] secrets() {
        return new String[] {
            ConfigText.PASSWORD,
            base64(ConfigText.PASSWORD),
            ConfigText.SECRET,
            WRONG_SECRET,
            PFX_PASSWORD,
            TOKEN_KEY,
            "eyJ",
            "PRIVATE KEY",
            "Bearer ",
            base64("user=" + APP).substring(0, 20)
        };
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
    }

    private String mailboxes() throws IOException {
        String secret = "client-secret = \"" + WRONG_SECRET + "\"";
        return ConfigText.mailboxes(
                relay.office(),
                ConfigText.address(BASIC) + ConfigText.smtp(relay.office()) + ConfigText.password(),
                ConfigText.address(APP)
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", ConfigText.secret()),
                ConfigText.address(WRONG)
                        + ConfigText.graph(relay.office())
                        + ConfigText.app(relay.office(), "client-secret", secret),
                ConfigText.address(CERTIFICATE)
                        + ConfigText.graph(relay.office())
                        + ConfigText.app(
                                relay.office(),
                                "certificate",
                                "certificate = \"app.pfx\", certificate-password = \"" + PFX_PASSWORD + "\""),
                ConfigText.address(CODE)
                        + ConfigText.smtp(relay.office())
                        + ConfigText.app(relay.office(), "device-code", "token-key = \"" + TOKEN_KEY + "\""));
    }

    private static String routing() {
        StringBuilder rules = new StringBuilder("relay.routing = [\n");
        for (String mailbox : List.of(BASIC, APP, WRONG, CERTIFICATE, CODE)) {
            rules.append("{ sender = \"to-")
                    .append(mailbox)
                    .append("\", mailbox = \"")
                    .append(mailbox)
                    .append("\" }\n");
        }
        return rules.append(']').toString();
    }
}
