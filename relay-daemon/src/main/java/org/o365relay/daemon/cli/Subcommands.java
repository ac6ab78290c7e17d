package org.o365relay.daemon.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// The subcommands of a command by name, in the order of its help.
///
/// A subcommand is created only if a command line needs it: building picocli's model of all commands takes
/// longer than most commands run.
public final class Subcommands {

    private final Map<String, Function<List<String>, ?>> commands = new LinkedHashMap<>();

    /// @param name the name in the command's annotation
    public Subcommands add(String name, Supplier<?> command) {
        commands.put(name, _ -> command.get());
        return this;
    }

    /// Adds a command that has subcommands itself.
    ///
    /// @param command creates it from the arguments that follow its name
    public Subcommands addGroup(String name, Function<List<String>, ?> command) {
        commands.put(name, command);
        return this;
    }

    /// @param arguments the arguments that follow the parent command
    /// @return the subcommand that the first argument names; none if only the version is requested; all if the
    ///     first argument names none, as in a request for help or a mistake
    public List<?> neededBy(List<String> arguments) {
        if (arguments.equals(List.of("--version")) || arguments.equals(List.of("-V"))) {
            return List.of();
        }
        Function<List<String>, ?> named = arguments.isEmpty() ? null : commands.get(arguments.getFirst());
        return named == null
                ? commands.values().stream()
                        .map(command -> command.apply(List.of()))
                        .toList()
                : List.of(named.apply(arguments.subList(1, arguments.size())));
    }
}
