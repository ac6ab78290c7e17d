package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.daemon.explain.RulesReport;

/// Each `explain/NN-*.txt` is a command and what it says, word for word, and its exit code.
final class ExplainCommandTest {

    private static final Path FILES = Path.of("src/test/resources/explain");
    private static final String LINE =
            "explain --client %s --listener %s --from %s --to %s --size %s --config " + FILES.resolve("relay.conf");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @MethodSource("files")
    void saysWhatWouldHappenAndWhatDecides(Path file) throws IOException {
        String command = Files.readAllLines(file).getFirst();

        int code = run(command.substring(2).replaceFirst("(?<=--config )", FILES + "/"));

        assertThat(command + "\n" + out + "exit " + code + "\n").isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource({"relay", "plain"})
    void checkListsWhoMaySendWhat(String name) throws IOException {
        Configuration read = new ConfigReader(Map.of()).read(FILES.resolve(name + ".conf"));

        assertThat(read)
                .isInstanceOfSatisfying(
                        Configuration.Valid.class,
                        valid -> assertThat(RulesReport.lines(valid.settings()))
                                .isEqualTo(lines(FILES.resolve(name + "-rules.txt"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    printer  | 1             | a@b.example | c@d.example | 1    | --client: 'printer' is not an IP address
                    10.0.0.7 | 4             | a@b.example | c@d.example | 1    | --listener: there is no '4'; there are 1 to 3, that is 0.0.0.0:25, 0.0.0.0:2525,
                    10.0.0.7 | 127.0.0.1:25  | a@b.example | c@d.example | 1    | --listener: there is no '127.0.0.1:25'
                    10.0.0.7 | 1             | a@          | c@d.example | 1    | 'a@' is not a mail address
                    10.0.0.7 | 0.0.0.0:25    | a@b.example | <>          | 1    | '<>' is not a mail address
                    10.0.0.7 | 1             | a@b.example | c@d.example | 2_xx | --size: '2_xx' is not a size
                    """)
    void explainsMistakesInTheQuestion(
            String client, String listener, String from, String to, String size, String complaint) {
        assertThat(run(LINE.formatted(client, listener, from, to, size))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("o365-relay: " + complaint).doesNotContain("\tat ");
    }

    @Test
    void helps() {
        assertThat(run("explain --help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines()).allMatch(text -> text.length() <= 100);
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files
                    .filter(file -> file.getFileName().toString().matches("\\d.*\\.txt"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException missing) {
            throw new AssertionError("no expectation " + file, missing);
        }
    }

    private int run(String line) {
        return CommandLines.of(new ExplainCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" "));
    }
}
