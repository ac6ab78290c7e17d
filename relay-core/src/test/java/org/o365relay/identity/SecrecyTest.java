package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.mail.Secret;
import org.o365relay.net.KeyMaker;
import org.slf4j.LoggerFactory;

/// Logs everything, and uses a sign-in service that repeats whatever it receives.
class SecrecyTest extends SignInTest {

    private static final List<String> LOGGERS =
            List.of("com.microsoft", "org.o365relay", "jdk.httpclient", "com.azure");

    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final List<Throwable> thrown = new ArrayList<>();

    @BeforeEach
    void listen() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        appender.setContext(context);
        appender.start();
        for (String name : LOGGERS) {
            Logger logger = context.getLogger(name);
            logger.setLevel(Level.TRACE);
            logger.addAppender(appender);
        }
    }

    @AfterEach
    void stopListening() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        for (String name : LOGGERS) {
            context.getLogger(name).detachAppender(appender);
            context.getLogger(name).setLevel(null);
        }
    }

    @Test
    void neverLogsAClientSecretOrAToken() throws TokenException {
        String said = "{\"error\":\"invalid_client\",\"error_description\":\"no such secret: " + SECRET + "\"}";
        entra.says(401, said).says(500, "panic: " + SECRET).says(200, "{\"access_token\":\"half-of-a-token");
        for (int i = 0; i < 3; i++) {
            thrown.add(refusal(service().tokens(secret(), SCOPE)));
        }
        assertThat(thrown.getFirst()).hasMessageContaining("no such secret: ***");
        AccessToken token = service().tokens(secret(), SCOPE).token();
        assertNothingIsLogged(SECRET, "half-of-a-token", token.value().reveal());
        assertThat(token + " " + secret()).doesNotContain(token.value().reveal(), SECRET);
    }

    @Test
    void neverLogsAKeyItsPasswordOrAnAssertion() throws Exception {
        KeyMaker key = KeyMaker.rsa("secrecy", directory);
        Credential.ClientCertificate credential = new Credential.ClientCertificate(
                app(),
                "relay@contoso.example",
                key.certificatePem("cert.pem"),
                key.encryptedKeyPem("sealed.pem"),
                new Secret(KeyMaker.PASSWORD));
        service().tokens(credential, SCOPE).token();
        String assertion = entra.asked.getFirst().getOrDefault("client_assertion", "");
        assertThat(assertion).isNotEmpty();
        assertNothingIsLogged(KeyMaker.PASSWORD, assertion.substring(assertion.lastIndexOf('.')));
        assertThat(credential.toString()).doesNotContain(KeyMaker.PASSWORD);
    }

    @Test
    void neverLogsARefreshToken() throws Exception {
        Path file = directory.resolve("secrecy-login-" + clientId);
        Credential.DeviceCode credential =
                new Credential.DeviceCode(app(), "relay@contoso.example", file, new Secret("the-key-of-the-file"));
        service().login(credential, SCOPE, _ -> {});
        TokenSource tokens = service().tokens(credential, SCOPE);
        AccessToken token = tokens.token();
        tokens.invalidate(token);
        entra.says(400, "{\"error\":\"invalid_grant\",\"error_description\":\"bad refresh-token-1\"}");
        TokenException refused = refusal(tokens);
        assertThat(refused).hasMessageContaining("bad ***");
        thrown.add(refused);
        assertNothingIsLogged(
                "refresh-token-1",
                "the-key-of-the-file",
                "the-device-code-itself",
                token.value().reveal());
        assertThat(Files.readString(file))
                .doesNotContain("the-key-of-the-file", token.value().reveal());
    }

    private void assertNothingIsLogged(String... secrets) {
        StringBuilder shown = new StringBuilder();
        for (ILoggingEvent event : List.copyOf(appender.list)) {
            shown.append(event.getFormattedMessage()).append('\n');
            if (event.getThrowableProxy() != null) {
                shown.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
        for (Throwable each : thrown) {
            StringWriter trace = new StringWriter();
            each.printStackTrace(new PrintWriter(trace));
            shown.append(trace);
        }
        assertThat(appender.list).isNotEmpty();
        assertThat(shown.toString()).doesNotContain(secrets);
    }
}
