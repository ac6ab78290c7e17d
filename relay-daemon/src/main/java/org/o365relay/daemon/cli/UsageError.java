package org.o365relay.daemon.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.config.hocon.Suggestion;
import org.o365relay.daemon.report.TerminalText;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/// A mistake in a command line: what is wrong, and the nearest line that would be right or, if none is near,
/// how the command is used.
final class UsageError {

    /// Commands that discard mail are not suggested, so that a typo does not lead to them.
    private static final Set<String> DISCARDING = Set.of("bounce", "delete");

    private static final int MIN_LENGTH_OF_LONG_OPTION = 4;

    private final ParameterException error;
    private final CommandSpec command;
    private final List<String> arguments;

    /// @param arguments the whole command line without the name of the program
    UsageError(ParameterException error, String... arguments) {
        this.error = error;
        this.command = error.getCommandLine().getCommandSpec();
        this.arguments = List.of(arguments);
    }

    /// @return the lines for the user, without control characters
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("o365-relay: " + message());
        suggestion()
                .ifPresentOrElse(
                        line -> lines.add("Did you mean: " + line),
                        () -> lines.addAll(List.of(
                                "Usage: " + synopsis(command), "Try \"" + command.qualifiedName() + " --help\".")));
        return lines.stream().map(TerminalText::text).toList();
    }

    private String message() {
        return switch (error) {
            case UnmatchedArgumentException _ -> unmatchedMessage();
            case MissingParameterException missing -> missingMessage(missing.getMissing());
            default ->
                error.getCause() instanceof TypeConversionException cause
                        ? valueMessage(cause)
                        : String.valueOf(error.getMessage());
        };
    }

    private String unmatchedMessage() {
        String wrong = wrongWord();
        if (wrong.startsWith("-")) {
            return "unknown option %s of \"%s\"".formatted(optionName(wrong), command.qualifiedName());
        }
        return command.subcommands().isEmpty()
                        || !command.positionalParameters().isEmpty()
                ? "unexpected argument \"%s\" of \"%s\"".formatted(wrong, command.qualifiedName())
                : "unknown command \"%s\"".formatted(wrong);
    }

    private String missingMessage(List<ArgSpec> missing) {
        ArgSpec first = missing.getFirst();
        if (first instanceof OptionSpec option && isGiven(option)) {
            return "%s needs a value: %s".formatted(option.longestName(), use(option));
        }
        String names = missing.stream().map(UsageError::use).collect(Collectors.joining(" "));
        return "missing: " + names;
    }

    private String valueMessage(TypeConversionException cause) {
        String value = String.valueOf(error.getValue());
        ArgSpec argument = error.getArgSpec();
        String what = String.valueOf(cause.getMessage());
        if (argument == null) {
            return what;
        }
        Class<?> type = argument.type();
        if (type.isEnum()) {
            what = "'%s' is not %s".formatted(value, String.join(" or ", choices(argument)));
        } else if (argument.converters().length == 0 && (type == int.class || type == Integer.class)) {
            what = "'%s' is not a whole number".formatted(value);
        }
        return name(argument) + ": " + what;
    }

    /// @return the nearest command line that would be right; empty if none is near
    private Optional<String> suggestion() {
        if (error instanceof UnmatchedArgumentException) {
            String wrong = wrongWord();
            return wrong.startsWith("-") ? otherOption(optionName(wrong)) : otherCommand(wrong);
        }
        ArgSpec argument = error.getArgSpec();
        String value = error.getValue();
        return argument == null || value == null
                ? Optional.empty()
                : nearest(value, choices(argument)).map(right -> line(replaced(value, right)));
    }

    private Optional<String> otherOption(String wrong) {
        List<String> names = command.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()))
                .filter(name -> name.length() >= MIN_LENGTH_OF_LONG_OPTION)
                .toList();
        return subcommandWith(wrong)
                .map(name -> line(movedAhead(name)))
                .or(() -> nearest(wrong, names).map(right -> line(replaced(wrong, right))));
    }

    /// @return the subcommand that has this option and is among the arguments; otherwise, for a group of
    ///     commands, the first that has the option
    private Optional<String> subcommandWith(String option) {
        List<String> having = command.subcommands().entrySet().stream()
                .filter(entry -> entry.getValue().getCommandSpec().findOption(option) != null)
                .map(Map.Entry::getKey)
                .filter(name -> !DISCARDING.contains(name))
                .toList();
        return having.stream()
                .filter(arguments::contains)
                .findFirst()
                .or(() -> command.parent() == null
                        ? Optional.empty()
                        : having.stream().findFirst());
    }

    private Optional<String> otherCommand(String wrong) {
        if (command.subcommands().isEmpty()) {
            return Optional.empty();
        }
        if (wrong.equals("help") || wrong.equals("version")) {
            List<String> line = new ArrayList<>(arguments);
            line.remove(wrong);
            line.add("--" + wrong);
            return Optional.of(line(line));
        }
        return nearest(wrong, suggested(command).toList())
                .or(() -> elsewhere(wrong))
                .map(right -> line(replaced(wrong, right)));
    }

    /// @return the command of this name in a group of commands, such as `queue list` for `list`
    private Optional<String> elsewhere(String word) {
        return command.subcommands().entrySet().stream()
                .filter(group -> suggested(group.getValue().getCommandSpec()).anyMatch(word::equals))
                .map(group -> group.getKey() + " " + word)
                .findFirst();
    }

    private static Stream<String> suggested(CommandSpec group) {
        return group.subcommands().keySet().stream().filter(name -> !DISCARDING.contains(name));
    }

    private static Optional<String> nearest(String wrong, Collection<String> known) {
        return Suggestion.nearest(wrong, known).or(() -> {
            List<String> longer =
                    known.stream().filter(name -> name.startsWith(wrong)).toList();
            return longer.size() == 1 ? Optional.of(longer.getFirst()) : Optional.empty();
        });
    }

    /// @return the arguments with one of them, or its part before or after `=` or a comma, replaced
    private List<String> replaced(String wrong, String right) {
        Pattern part = Pattern.compile("(?<=^|[=,])" + Pattern.quote(wrong) + "(?=$|[=,])");
        List<String> line = new ArrayList<>(arguments);
        for (int i = 0; i < line.size(); i++) {
            Matcher found = part.matcher(line.get(i));
            if (found.find()) {
                List<String> words = right.contains(" ")
                        ? List.of(right.split(" "))
                        : List.of(found.replaceFirst(Matcher.quoteReplacement(right)));
                line.remove(i);
                line.addAll(i, words);
                return line;
            }
        }
        return line;
    }

    /// @return the arguments with the subcommand before its options
    private List<String> movedAhead(String subcommand) {
        List<String> line = new ArrayList<>(arguments);
        line.remove(subcommand);
        line.add(command.parent() == null ? 0 : 1, subcommand);
        return line;
    }

    private static String line(List<String> arguments) {
        return "o365-relay " + arguments.stream().map(UsageError::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    private String wrongWord() {
        return ((UnmatchedArgumentException) error).getUnmatched().getFirst();
    }

    private static String optionName(String argument) {
        return argument.split("=", 2)[0];
    }

    private boolean isGiven(OptionSpec option) {
        return arguments.stream().anyMatch(Arrays.asList(option.names())::contains);
    }

    private static List<String> choices(ArgSpec argument) {
        Iterable<String> candidates = argument.completionCandidates();
        List<String> choices = new ArrayList<>();
        if (candidates != null) {
            candidates.forEach(choice -> choices.add(choice.toLowerCase(Locale.ROOT)));
        }
        return choices;
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String use(ArgSpec argument) {
        return argument instanceof OptionSpec option
                ? option.longestName() + "=" + option.paramLabel()
                : argument.paramLabel();
    }

    /// @return the command with what it requires, such as `o365-relay mailboxes pause [OPTIONS] MAILBOX`
    private static String synopsis(CommandSpec command) {
        Stream<String> options =
                command.options().stream().filter(OptionSpec::required).map(UsageError::use);
        Stream<String> parameters = command.positionalParameters().stream().map(UsageError::parameter);
        Stream<String> subcommand = command.subcommands().isEmpty()
                ? Stream.of()
                : Stream.of(command.parent() == null ? "COMMAND" : "[COMMAND]");
        return Stream.of(
                        Stream.of(command.qualifiedName()),
                        options,
                        Stream.of("[OPTIONS]").filter(_ -> command.parent() != null),
                        subcommand,
                        parameters)
                .flatMap(part -> part)
                .collect(Collectors.joining(" "));
    }

    private static String parameter(PositionalParamSpec parameter) {
        String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
        return parameter.required() ? label : "[" + label + "]";
    }
}
