package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every configuration example in the documentation that begins with `relay` can be read.
class DocumentsTest {

    private static final Path ROOT = Path.of("..");
    private static final Path DELIVERED = ROOT.resolve("packaging/src/main/config/relay.conf");
    private static final Pattern CHOICE = Pattern.compile("(?m)^ *# ([a-z-]+ [{=] .*)$");
    private static final Pattern EXAMPLE = Pattern.compile("```hocon\n *(relay.*?)```", Pattern.DOTALL);
    private static final String SECRET = "Qx~8.value";
    private static final Map<String, String> ENVIRONMENT =
            Map.of("RELAY_PASSWORD", SECRET, "RELAY_CLIENT_SECRET", SECRET, "RELAY_TOKEN_KEY", SECRET);
    private static final String MAILBOX =
            "\nrelay.mailboxes = [ { address = \"relay@contoso.example\", credential.password = ${RELAY_PASSWORD} } ]\n";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeEach
    void writeFilesNamedInExamples() throws Exception {
        X509Bundle relay = SecurityFiles.identity();
        for (String name : List.of("certificate.pem", "relay.pem", "proxy.pem")) {
            Files.writeString(directory.resolve(name), relay.getCertificatePathPEM());
        }
        for (String name : List.of("key.pem", "relay.key")) {
            Files.writeString(directory.resolve(name), relay.getPrivateKeyPEM());
        }
        for (String name : List.of("password", "client-secret", "token-key", "proxy-password", "alert-password")) {
            Files.writeString(directory.resolve(name), SECRET);
        }
        Files.writeString(directory.resolve("users"), SecurityFiles.USER);
        SecurityFiles.writeApp(directory, CertificateBuilder.Algorithm.rsa2048, Duration.ofDays(100));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void readsTheExamplesInTheDocumentation(String name, String example) throws IOException {
        assertThat(read(example.contains("mailboxes") ? example : example + MAILBOX))
                .isInstanceOf(Configuration.Valid.class);
    }

    @Test
    void readsThePackagedConfiguration() throws IOException {
        assertThat(read(Files.readString(DELIVERED)))
                .isInstanceOfSatisfying(
                        Configuration.Valid.class,
                        valid -> assertThat(valid.warnings())
                                .singleElement()
                                .satisfies(
                                        warning -> assertThat(warning.message()).contains("is a placeholder")));
    }

    @ParameterizedTest
    @MethodSource("choices")
    void readsThePackagedConfigurationWithEachCommentedSetting(String choice) throws IOException {
        String text = Files.readString(DELIVERED).replace("# " + choice, choice);

        assertThat(read(text)).isInstanceOf(Configuration.Valid.class);
    }

    /// Settings that are commented out.
    private static Stream<String> choices() throws IOException {
        return CHOICE
                .matcher(Files.readString(DELIVERED))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList()
                .stream();
    }

    private static Stream<Arguments> examples() throws IOException {
        try (Stream<Path> documents = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(documents.sorted(), Stream.of(ROOT.resolve("README.md")))
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList()
                    .stream()
                    .flatMap(DocumentsTest::examples);
        }
    }

    private static Stream<Arguments> examples(Path document) {
        try {
            return EXAMPLE.matcher(Files.readString(document))
                    .results()
                    .map((MatchResult match) ->
                            Arguments.of(document.getFileName() + " " + match.start(), match.group(1)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Reads the text with its paths in `/etc/o365-relay` moved to the directory of the test.
    private Configuration read(String text) throws IOException {
        Path file = Files.writeString(directory.resolve("relay.conf"), text.replace("/etc/o365-relay/", ""));
        return new ConfigReader(ENVIRONMENT, directory.resolve("hostname"), 128 << 20, SecurityFiles.CLOCK).read(file);
    }
}
