package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.config.hocon.Problem;

/// Operator commands read the configuration without its secrets.
class OperatorsTest {

    private static final String APP = "tenant = contoso.example, client-id = 6f1d1c2e-0f7b-4bfa-a3a5-2f6a9f1f0c11, ";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "credential { password = ${?RELAY_PASSWORD} }",
                "credential { password = ${RELAY_PASSWORD} }",
                "credential { password-file = secret }",
                "credential { password-file = missing }",
                "credential { password-file = ${CREDENTIALS_DIRECTORY}/password }",
                "credential { " + APP + "type = client-secret, client-secret = ${?RELAY_CLIENT_SECRET} }",
                "credential { " + APP + "type = client-secret, client-secret-file = secret }",
                "credential { " + APP + "type = device-code, token-key = ${?RELAY_TOKEN_KEY} }",
                "credential { " + APP + "type = certificate, certificate = ${CREDENTIALS_DIRECTORY}/app.pem }",
                "credential { " + APP + "type = certificate, certificate = app.pfx, certificate-password-file = p }"
            })
    void readsMailboxesWithoutTheirSecrets(String credential) throws IOException {
        secret();

        assertThat(read("", credential)).isInstanceOf(Configuration.Valid.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tls { certificate = relay.pem, key = relay.key }",
                "auth.users-file = users",
                "http.trusted-certificates = proxy.pem",
                "http.proxy { host = proxy.example, username = relay, password = ${?RELAY_PROXY_PASSWORD} }",
                "alerts.webhook { url = ${?RELAY_WEBHOOK_URL}, header-value-file = secret }",
                "alerts.webhook { url-file = missing }",
                "alerts.command = [ \"/nowhere/alert\" ]",
                "alerts.smtp { host = x.y, from = \"a@x.y\", to = \"b@x.y\", username = u, password-file = missing }"
            })
    void readsTheConfigurationWithoutOtherFilesAndVariables(String more) throws IOException {
        assertThat(read(more, "credential { password = x }")).isInstanceOf(Configuration.Valid.class);
    }

    @Test
    void stillReportsOtherProblems() throws IOException {
        assertThat(read("data-directry = /srv", "credential { password = ${?RELAY_PASSWORD} }"))
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .extracting(Problem::toString)
                                .asString()
                                .contains("did you mean data-directory?"));
    }

    @Test
    void theRelayRequiresTheSecrets() throws IOException {
        Path file = write("", "credential { password = ${?RELAY_PASSWORD} }");

        assertThat(new ConfigReader(Map.of()).read(file))
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(invalid.problems()).hasSize(1));
    }

    /// An unreadable file. It is empty, because root can read it despite its permissions.
    private void secret() throws IOException {
        Path secret = Files.createFile(
                directory.resolve("secret"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
        assertThat(secret).isEmptyFile();
    }

    private Configuration read(String more, String credential) throws IOException {
        return new ConfigReader(Map.of()).forOperators().read(write(more, credential));
    }

    private Path write(String more, String credential) throws IOException {
        return Files.write(
                directory.resolve("relay.conf"),
                List.of(
                        "relay {",
                        more,
                        "mailboxes = [ { address = \"relay@contoso.example\"",
                        "upstream { preset = office365 }",
                        credential + " } ]",
                        "}"));
    }
}
