package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.daemon.Main;
import org.o365relay.daemon.report.Layout;

/// Each `operator/NN-*.txt` is a command and what it says at 8:05, word for word, and its exit code. Its first
/// line says where: the width of the terminal, or `pipe` if there is none; what is typed; and the relay:
/// `running`, `limited`, `stopped` or `empty`. If this fails, what was said is in `target/operator`.
final class OperatorCommandsTest {

    private static final Path FILES = Path.of("src/test/resources/operator");
    private static final Pattern PLACE =
            Pattern.compile("# (pipe|\\d+), (running|limited|stopped|empty)(?:, types (.*))?");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @ParameterizedTest
    @MethodSource("files")
    void printsTheExpectedOutput(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        Matcher place = PLACE.matcher(lines.getFirst());
        assertThat(place.matches()).as(lines.getFirst()).isTrue();
        StringWriter screen = new StringWriter();
        PrintWriter out = new PrintWriter(screen);

        String[] words = words(lines.get(1));
        int code = Main.commandLine(workplace(place, out), words)
                .setOut(out)
                .setErr(out)
                .execute(words);

        String said = lines.get(0) + "\n" + lines.get(1) + "\n" + screen + "exit " + code + "\n";
        Files.createDirectories(Path.of("target/operator"));
        Files.writeString(Path.of("target/operator").resolve(file.getFileName()), said);
        assertThat(said).isEqualTo(Files.readString(file));
        assertThat(said.codePoints()).allMatch(point -> point == '\n' || !Character.isISOControl(point));
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    private static CliEnvironment workplace(Matcher place, PrintWriter out) {
        FakeControl relay = switch (place.group(2)) {
            case "running" -> SampleRelay.relay();
            case "limited" -> LimitedRelay.relay();
            case "stopped" -> SampleRelay.atRest();
            default -> SampleRelay.empty();
        };
        boolean piped = place.group(1).equals("pipe");
        String typed = place.group(3);
        return new CliEnvironment(
                _ -> relay,
                () -> SampleRelay.NOW,
                SampleRelay.ZONE,
                () -> piped
                        ? Optional.empty()
                        : Optional.of(new ScriptedTerminal(out, typed == null ? List.of() : List.of(typed))),
                () -> piped ? Layout.UNLIMITED : Integer.parseInt(place.group(1)),
                new ByteArrayOutputStream());
    }

    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line.substring("$ o365-relay ".length()));
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        words.add("--config");
        words.add(FILES.resolve("relay.conf").toString());
        return words.toArray(String[]::new);
    }
}
