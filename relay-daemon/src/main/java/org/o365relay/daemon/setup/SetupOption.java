package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A command-line option that answers a [SetupQuestion].
///
/// @param name option name, such as `--mailbox`
/// @param parameter label of the option's value, such as `ADDRESS`
/// @param description help text
public record SetupOption(String name, String parameter, String description) {

    /// @return one option per question, in the order of the questions
    public static List<SetupOption> all() {
        return Arrays.stream(SetupQuestion.values()).map(SetupOption::of).toList();
    }

    private static SetupOption of(SetupQuestion question) {
        String more = switch (question) {
            case METHOD ->
                Arrays.stream(DeliveryMethod.values())
                        .map(DeliveryMethod::key)
                        .collect(Collectors.joining(", ", " One of ", "."));
            case WEBHOOK -> " Other users can see it in the list of processes; setup asks for it if it is not given.";
            default -> "";
        };
        return new SetupOption(question.option(), question.parameter(), question.text() + more);
    }
}
