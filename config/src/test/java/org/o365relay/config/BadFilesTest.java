package org.o365relay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each `bad/*.conf` has a `.txt` with the exact problem report. Every secret contains
/// "geheim".
class BadFilesTest {

    private static final Path FILES = Path.of("src/test/resources/bad");
    private static final Map<String, String> ENVIRONMENT =
            Map.of("RELAY_PASSWORD", "geheim-123", "SMTP_PORT", "twenty-five");

    @ParameterizedTest
    @MethodSource("files")
    void reportsEveryProblemWithItsLine(Path file) throws IOException {
        Configuration configuration = new ConfigReader(ENVIRONMENT).read(file);

        assertThat(configuration)
                .isInstanceOfSatisfying(
                        Configuration.Invalid.class,
                        invalid -> assertThat(report(invalid)).isEqualTo(expected(file)));
        assertThat(configuration.toString()).doesNotContain("geheim");
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            List<Path> configurations = files.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
            return configurations.stream();
        }
    }

    private static String report(Configuration.Invalid invalid) {
        return invalid.problems().stream()
                .map(problem -> problem.toString().replace(FILES + "/", "") + "\n")
                .collect(Collectors.joining());
    }

    private static String expected(Path file) {
        try {
            return Files.readString(Path.of(file.toString().replace(".conf", ".txt")));
        } catch (IOException missing) {
            throw new AssertionError("no expectation for " + file, missing);
        }
    }
}
