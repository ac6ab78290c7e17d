package org.o365relay.daemon.setup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
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

    private static final String ID = "11111111-2222-3333-4444-555555555555";

    @TempDir
    private static Path directory = Path.of("");

    /// Creates all files that a configuration may name.
    @BeforeAll
    static void createNamedFiles() throws IOException, GeneralSecurityException {
        ConfigDirectory folder = new ConfigDirectory(directory, true);
        AppCertificate.generate(folder);
        String password =
                Files.readString(folder.path(AppCertificate.PASSWORD_FILE)).strip();
        AppCertificate.export(folder.path(AppCertificate.KEY_STORE_FILE), Optional.of(new Secret(password)), folder);
        for (SetupSecretFile kept :
                List.of(SetupSecretFile.CLIENT_SECRET, SetupSecretFile.PASSWORD, SetupSecretFile.TOKEN_KEY)) {
            folder.write(kept.file(), RandomSecret.text(), Readers.OWNER);
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
    @EnumSource(SubmissionMethod.class)
    void writesAConfigurationWithoutProblems(SubmissionMethod method) throws IOException {
        List<SetupAnswers> combinations = combinations(method);

        assertThat(combinations).hasSizeGreaterThanOrEqualTo(4);
        for (SetupAnswers answers : combinations) {
            String text = new RelayConf(answers, answers.generatesCertificate()).text();
            Configuration read = read(text);
            assertThat(read).as(text).isInstanceOf(Configuration.Valid.class);
            List<String> warnings = ((Configuration.Valid) read)
                    .warnings().stream().map(Problem::toString).toList();
            if (method == SubmissionMethod.PASSWORD) {
                assertThat(warnings).as(text).hasSize(1).allMatch(warning -> warning.contains("December 2026"));
            } else {
                assertThat(warnings).as(text).allMatch(WrittenConfigurationTest::concernsPlainText);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("registered")
    void reportsTheMissingClientId(SubmissionMethod method) throws IOException {
        SetupAnswers answers = combinations(method).getFirst().with(SetupQuestion.CLIENT_ID, "later");

        assertThat(read(new RelayConf(answers, answers.generatesCertificate()).text()))
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .asString()
                                .contains("client-id", "App registrations"));
    }

    private static Stream<SubmissionMethod> registered() {
        return Arrays.stream(SubmissionMethod.values()).filter(SubmissionMethod::hasRegistration);
    }

    /// Whether the smarthost is used without TLS.
    private static boolean concernsPlainText(String warning) {
        return warning.contains("is sent unencrypted");
    }

    private static Configuration read(String text) throws IOException {
        return new ConfigReader(Map.of()).read(Files.writeString(directory.resolve("relay.conf"), text));
    }

    /// Combines the sample answers of all questions that apply.
    private static List<SetupAnswers> combinations(SubmissionMethod method) {
        List<SetupAnswers> combinations = List.of(new SetupAnswers(Map.of()));
        for (SetupQuestion question : SetupQuestion.values()) {
            List<SetupAnswers> more = new ArrayList<>();
            for (SetupAnswers before : combinations) {
                if (!question.applies(before)) {
                    more.add(before);
                    continue;
                }
                samples(method).getOrDefault(question, List.of("")).stream()
                        .map(sample -> sample.isEmpty()
                                ? question.defaultAnswer(before).orElseThrow()
                                : sample)
                        .map(answer -> before.with(question, answer))
                        .forEach(more::add);
            }
            combinations = more;
        }
        return combinations;
    }

    /// An empty sample stands for the default; a smarthost has a login only with TLS.
    private static Map<SetupQuestion, List<String>> samples(SubmissionMethod method) {
        Map<SetupQuestion, List<String>> samples = new EnumMap<>(SetupQuestion.class);
        samples.put(SetupQuestion.MAILBOX, List.of("relay@contoso.example", "o'br#$\u2019{n}@bücher.example"));
        samples.put(SetupQuestion.METHOD, List.of(method.key()));
        samples.put(SetupQuestion.CLOUD, List.of("worldwide", "china"));
        samples.put(SetupQuestion.TENANT, List.of("contoso.onmicrosoft.com"));
        samples.put(SetupQuestion.CLIENT_ID, List.of(ID));
        samples.put(SetupQuestion.SECRET_EXPIRES, List.of("", "2099-12-31"));
        samples.put(SetupQuestion.GRAPH_FALLBACK, List.of("yes", "no"));
        samples.put(SetupQuestion.PERMISSION, List.of("consent", "rbac"));
        samples.put(SetupQuestion.PUBLIC_ADDRESSES, List.of("203.0.113.10"));
        samples.put(SetupQuestion.HOST, List.of("mail.contoso.example", "10.0.0.1"));
        samples.put(SetupQuestion.TLS, List.of("starttls", "implicit"));
        samples.put(SetupQuestion.USERNAME, List.of("", "re\"lay\\ ${x}"));
        samples.put(SetupQuestion.SEND_AS, List.of("\"#${x}\"@contoso.example,@contoso.example"));
        samples.put(SetupQuestion.TRUSTED_NETWORKS, List.of("192.168.10.0/24 fd00:10::/64"));
        samples.put(SetupQuestion.LISTEN, List.of(""));
        samples.put(SetupQuestion.ADMIN, List.of("it@contoso.example"));
        return samples;
    }
}
