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
        return Arrays.stream(SetupQuestion.values()).map(SetupOption::of).toList();
    }

    private static SetupOption of(SetupQuestion question) {
        String choices = question == SetupQuestion.METHOD
                ? " "
                        + Arrays.stream(SubmissionMethod.values())
                                .map(SubmissionMethod::key)
                                .collect(Collectors.joining(", ", "One of ", "."))
                : "";
        return new SetupOption(question.option(), question.parameter(), question.text() + choices);
    }
}
