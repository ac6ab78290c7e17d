package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.config.hocon.Problem;
import org.o365relay.daemon.setup.ConfigDirectory.Readers;
import org.o365relay.mail.Secret;

/// The written configuration is valid for all answers.
final class WrittenConfigurationTest {

    @TempDir
    private static Path directory = Path.of("");

    /// Creates all files that a configuration may name.
    @BeforeAll
    static void createNamedFiles() throws IOException, GeneralSecurityException {
        ConfigDirectory folder = new ConfigDirectory(directory, true);
        AppCertificate.generate(folder);
        String password =
                Files.readString(folder.path(AppCertificate.PASSWORD_FILE)).strip();
        folder.write(
                AppCertificate.CERTIFICATE_FILE,
                AppCertificate.exported(folder.path(AppCertificate.KEY_STORE_FILE), Optional.of(new Secret(password))),
                Readers.ALL);
        folder.write(SetupSecretFile.WEBHOOK_URL.file(), "https://hooks.example/1", Readers.OWNER);
        for (SetupSecretFile kept :
                List.of(SetupSecretFile.CLIENT_SECRET, SetupSecretFile.PASSWORD, SetupSecretFile.TOKEN_KEY)) {
            folder.write(kept.file(), RandomSecret.generate(), Readers.OWNER);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(
                new ByteArrayInputStream(Files.readAllBytes(folder.path(AppCertificate.KEY_STORE_FILE))),
                password.toCharArray());
        byte[] key = keys.getKey("o365-relay", password.toCharArray()).getEncoded();
        String pem = "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
        folder.write("relay-connector.key", pem, Readers.OWNER);
        folder.write(
                "relay-connector.pem", Files.readString(folder.path(AppCertificate.CERTIFICATE_FILE)), Readers.ALL);
    }

    @ParameterizedTest
    @EnumSource(DeliveryMethod.class)
    void writesAConfigurationWithoutProblems(DeliveryMethod method) throws IOException {
        List<SetupAnswers> combinations = SampleAnswers.combinations(method);

        assertThat(combinations).hasSizeGreaterThanOrEqualTo(4);
        for (SetupAnswers answers : combinations) {
            String text = new RelayConf(answers, answers.generatesCertificate()).text();
            Configuration read = read(text);
            assertThat(read).as(text).isInstanceOf(Configuration.Valid.class);
            List<String> warnings = ((Configuration.Valid) read)
                    .warnings().stream().map(Problem::toString).toList();
            if (method == DeliveryMethod.PASSWORD) {
                assertThat(warnings).as(text).hasSize(1).allMatch(warning -> warning.contains("December 2026"));
            } else {
                assertThat(warnings).as(text).allMatch(WrittenConfigurationTest::concernsPlainText);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("registered")
    void reportsTheMissingClientId(DeliveryMethod method) throws IOException {
        SetupAnswers answers = SampleAnswers.combinations(method).getFirst().with(SetupQuestion.CLIENT_ID, "later");

        assertThat(read(new RelayConf(answers, answers.generatesCertificate()).text()))
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .asString()
                                .contains("client-id", "App registrations"));
    }

    private static Stream<DeliveryMethod> registered() {
        return Arrays.stream(DeliveryMethod.values()).filter(DeliveryMethod::needsAppRegistration);
    }

    /// Whether the smarthost is used without TLS.
    private static boolean concernsPlainText(String warning) {
        return warning.contains("is sent unencrypted");
    }

    private static Configuration read(String text) throws IOException {
        return new ConfigReader(Map.of()).read(Files.writeString(directory.resolve("relay.conf"), text));
    }
}
