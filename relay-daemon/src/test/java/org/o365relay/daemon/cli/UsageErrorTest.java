package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.o365relay.daemon.Main;

/// `cli/mistakes.txt` lists mistakes in command lines, and what is printed about each. If this fails, what was
/// printed is in `target/mistakes.txt`.
final class UsageErrorTest {

    private static final Path FILE = Path.of("src/test/resources/cli/mistakes.txt");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @Test
    void namesTheMistakeAndTheNearestValidLine() throws IOException {
        String expected = Files.readString(FILE);
        StringBuilder printed = new StringBuilder();
        for (String line : expected.lines().filter(text -> text.startsWith("$")).toList()) {
            printed.append(line).append('\n').append(run(line)).append('\n');
        }
        Files.writeString(Path.of("target/mistakes.txt"), printed);
        assertThat(printed.toString().strip()).isEqualTo(expected.strip());
    }

    private static String run(String line) {
        String[] words = words(line.substring("$ o365-relay".length()));
        StringWriter printed = new StringWriter();
        PrintWriter writer = new PrintWriter(printed);
        int code = Main.commandLine(CliEnvironment.ofProgram(), words)
                .setOut(writer)
                .setErr(writer)
                .execute(words);
        assertThat(code).as(line).isEqualTo(ExitCode.USAGE);
        return printed.toString();
    }

    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return words.toArray(String[]::new);
    }
}
