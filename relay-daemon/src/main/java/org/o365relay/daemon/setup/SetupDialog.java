package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// Collects the answers. Each answer is taken from the command line or, if it is missing there, requested from
/// the user at the terminal. Without a terminal, or after an invalid option was found, the default applies.
final class SetupDialog {

    /// Replaces a missing or invalid answer that has no default, so that the remaining options can be checked,
    /// too.
    private static final String PLACEHOLDER = "relay@contoso.example";

    private final Map<SetupQuestion, String> given;
    private final Optional<Terminal> terminal;
    private final List<String> problems = new ArrayList<>();

    /// @param given answers given as command-line options
    /// @param terminal terminal of the user; empty to ask no questions
    SetupDialog(Map<SetupQuestion, String> given, Optional<Terminal> terminal) {
        this.given = Map.copyOf(given);
        this.terminal = terminal;
    }

    /// @throws InvalidAnswersException if options are missing, invalid or not applicable to the method (the
    ///     message lists all of them), or if the input ended before the last answer
    SetupAnswers answers() throws InvalidAnswersException, IOException {
        SetupAnswers answers = new SetupAnswers(Map.of());
        for (SetupQuestion question : SetupQuestion.values()) {
            if (question.applies(answers)) {
                answers = answers.with(question, answer(question, answers));
            } else if (given.containsKey(question)) {
                problems.add(question.option() + " cannot be used with --method "
                        + answers.method().key());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidAnswersException(String.join("\n", problems));
        }
        return answers;
    }

    private String answer(SetupQuestion question, SetupAnswers earlier) throws InvalidAnswersException, IOException {
        Optional<String> defaultAnswer = question.defaultAnswer(earlier);
        String text = given.get(question);
        if (text != null) {
            Optional<String> problem = question.problem(text.strip());
            problem.ifPresent(found -> problems.add("%s %s: %s".formatted(question.option(), text, found)));
            return problem.isEmpty() ? text.strip() : defaultAnswer.orElse(PLACEHOLDER);
        }
        if (terminal.isPresent() && problems.isEmpty()) {
            return ask(terminal.get(), question, defaultAnswer);
        }
        if (defaultAnswer.isEmpty()) {
            problems.add("missing: %s %s   %s".formatted(question.option(), question.parameter(), question.text()));
        }
        return defaultAnswer.orElse(PLACEHOLDER);
    }

    private static String ask(Terminal terminal, SetupQuestion question, Optional<String> defaultAnswer)
            throws InvalidAnswersException, IOException {
        terminal.print("");
        terminal.print(question.text());
        if (question == SetupQuestion.METHOD) {
            printMethods(terminal);
        }
        String name = question.option().substring(2);
        String prompt =
                defaultAnswer.map(text -> "%s [%s]: ".formatted(name, text)).orElse(name + ": ");
        while (true) {
            String typed = orThrow(terminal.line(prompt), name).strip();
            String answer = typed.isEmpty() ? defaultAnswer.orElse("") : resolveMethodNumber(question, typed);
            Optional<String> problem =
                    answer.isEmpty() ? Optional.of("an answer is required") : question.problem(answer);
            if (problem.isEmpty()) {
                return answer;
            }
            terminal.print("  " + problem.get());
        }
    }

    /// @param description name of the secret for the prompt, such as `password`
    /// @return the secret; empty if the user entered nothing or there is no terminal
    Optional<Secret> secret(String description) throws InvalidAnswersException, IOException {
        if (terminal.isEmpty()) {
            return Optional.empty();
        }
        terminal.get().print("");
        terminal.get()
                .print("Enter the " + description
                        + ". The input is not shown. Leave it empty to write the secret to its file later.");
        Secret typed = orThrow(terminal.get().secret(description + ": "), description);
        return Optional.of(typed).filter(secret -> !secret.reveal().isBlank());
    }

    private static void printMethods(Terminal terminal) {
        int number = 1;
        for (SubmissionMethod method : SubmissionMethod.values()) {
            terminal.print("  %d  %-21s  %s".formatted(number++, method.key(), method.description()));
        }
    }

    /// Converts the number of a method to the method's key; returns all other input unchanged.
    private static String resolveMethodNumber(SetupQuestion question, String typed) {
        boolean numbered = question == SetupQuestion.METHOD && typed.matches("[1-9]");
        return numbered
                ? List.of(SubmissionMethod.values())
                        .get(Integer.parseInt(typed) - 1)
                        .key()
                : typed;
    }

    private static <T> T orThrow(Optional<T> typed, String name) throws InvalidAnswersException {
        return typed.orElseThrow(() ->
                new InvalidAnswersException("the input ended before " + name + " was answered; no file was written"));
    }
}
