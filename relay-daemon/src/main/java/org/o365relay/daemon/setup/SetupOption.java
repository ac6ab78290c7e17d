package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// What can be answered on the command line.
///
/// @param name `--mailbox`
/// @param parameter what it takes: `ADDRESS`
/// @param description for people
public record SetupOption(String name, String parameter, String description) {

    /// @return one for each question, in the order they are asked
    public static List<SetupOption> all() {
        return Arrays.stream(Question.values()).map(SetupOption::of).toList();
    }

    private static SetupOption of(Question question) {
        String choices = question == Question.WAY
                ? " " + Arrays.stream(Way.values()).map(Way::key).collect(Collectors.joining(", ", "One of ", "."))
                : "";
        return new SetupOption(question.option(), question.parameter(), question.text() + choices);
    }
}
