package org.o365relay.daemon.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.daemon.Main;
import picocli.CommandLine;

final class SubcommandsTest {

    private final List<String> created = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        list                | list
        list group          | list
        group               | group first second
        group second --json | group second
        group --json second | group first second
        group unknown       | group first second
        lst                 | list group first second
        --help              | list group first second
        """)
    void createsOnlyWhatTheCommandLineNames(String line, String expected) {
        new Subcommands()
                .add("list", () -> created.add("list"))
                .addGroup("group", this::group)
                .neededBy(List.of(line.split(" ")));
        assertThat(created).containsExactly(expected.split(" "));
    }

    private Object group(List<String> arguments) {
        created.add("group");
        return new Subcommands()
                .add("first", () -> created.add("first"))
                .add("second", () -> created.add("second"))
                .neededBy(arguments);
    }

    @Test
    void createsAllWithoutArguments() {
        List<?> all =
                new Subcommands().add("one", () -> "1").add("two", () -> "2").neededBy(List.of());
        assertThat(all.stream().map(String::valueOf)).containsExactly("1", "2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V"})
    void createsNoneForTheVersion(String option) {
        new Subcommands().add("list", () -> created.add("list")).neededBy(List.of(option));
        assertThat(created).isEmpty();
    }

    /// A command created alone must have the name by which it was found, and behave as among all others.
    @ParameterizedTest
    @MethodSource("paths")
    void createsACommandAloneAsAmongAllOthers(String path) {
        String[] words = path.split(" ");
        String help = help(Main.commandLine(CliEnvironment.ofProgram(), words), words);
        assertThat(help).isEqualTo(help(Main.commandLine(CliEnvironment.ofProgram()), words));
        assertThat(help).contains(describingWords(words));
        assertThat(help.lines()).as("80 columns").allMatch(line -> line.length() <= 80);
    }

    private static String help(CommandLine program, String... words) {
        return command(program, words).getUsageMessage();
    }

    /// @return the words of the descriptions, which line breaks must not cut: a path, for example
    private static List<String> describingWords(String... words) {
        return command(Main.commandLine(CliEnvironment.ofProgram(), words), words).getCommandSpec().args().stream()
                .filter(argument -> !argument.hidden())
                .flatMap(argument -> Stream.of(argument.description()))
                .flatMap(line -> Stream.of(line.split(" ")))
                .toList();
    }

    private static CommandLine command(CommandLine program, String... words) {
        CommandLine command = program;
        for (String word : words) {
            command = requireNonNull(command.getSubcommands().get(word));
        }
        return command;
    }

    private static Stream<String> paths() {
        return paths("", Main.commandLine(CliEnvironment.ofProgram()));
    }

    private static Stream<String> paths(String prefix, CommandLine parent) {
        return parent.getSubcommands().entrySet().stream()
                .flatMap(entry -> Stream.concat(
                        Stream.of(prefix + entry.getKey()), paths(prefix + entry.getKey() + " ", entry.getValue())));
    }
}
