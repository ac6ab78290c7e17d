package org.o365relay.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.o365relay.config.hocon.Problem;

/// Reads a configuration from a text, at the time of [SecurityFiles#CLOCK].
final class ReadText {

    private ReadText() {}

    /// @param directory directory of the configuration file and the files that it names
    static Configuration.Valid valid(Path directory, String text) throws IOException {
        return switch (read(directory, text, SecurityFiles.CLOCK)) {
            case Configuration.Valid valid -> valid;
            case Configuration.Invalid(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    static List<String> warnings(Path directory, String text) throws IOException {
        return lines(directory, valid(directory, text).warnings());
    }

    static List<String> problems(Path directory, String text) throws IOException {
        return switch (read(directory, text, SecurityFiles.CLOCK)) {
            case Configuration.Invalid(List<Problem> problems) -> lines(directory, problems);
            case Configuration.Valid valid -> throw new AssertionError("nothing is wrong: " + valid);
        };
    }

    private static Configuration read(Path directory, String text, InstantSource clock) throws IOException {
        Path file = Files.writeString(directory.resolve("relay.conf"), text);
        Map<String, String> environment =
                Map.of("CREDENTIALS_DIRECTORY", directory.resolve("credentials").toString());
        return new ConfigReader(environment, directory.resolve("hostname"), 128 << 20, clock).read(file);
    }

    /// The problems without the directory, which differs in each run.
    private static List<String> lines(Path directory, List<Problem> problems) {
        return problems.stream()
                .map(problem -> problem.toString().replace(directory + "/", ""))
                .toList();
    }
}
