package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// Finds out what has to be known: from the command line first, then from whoever sits there, else by what is usual.
final class SetupDialog {

    private static final String PLACEHOLDER = "relay@contoso.example";

    private final Map<SetupQuestion, String> given;
    private final Optional<Terminal> terminal;
    private final List<String> problems = new ArrayList<>();

    /// @param given on the command line
    /// @param terminal empty if nobody can be asked
    SetupDialog(Map<SetupQuestion, String> given, Optional<Terminal> terminal) {
        this.given = Map.copyOf(given);
        this.terminal = terminal;
    }

    /// @throws InvalidAnswersException with everything that is missing or wrong on the command line
    SetupAnswers answers() throws InvalidAnswersException, IOException {
        SetupAnswers answers = new SetupAnswers(Map.of());
        for (SetupQuestion question : SetupQuestion.values()) {
            if (question.applies(answers)) {
                answers = answers.with(question, answer(question, answers));
            } else if (given.containsKey(question)) {
                problems.add(question.option() + " is not used with --way "
                        + answers.method().key());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidAnswersException(String.join("\n", problems));
        }
        return answers;
    }

    private String answer(SetupQuestion question, SetupAnswers before) throws InvalidAnswersException, IOException {
        Optional<String> proposal = question.defaultAnswer(before);
        String text = given.get(question);
        if (text != null) {
            Optional<String> complaint = question.problem(text.strip());
            complaint.ifPresent(found -> problems.add("%s %s: %s".formatted(question.option(), text, found)));
            return complaint.isEmpty() ? text.strip() : proposal.orElse(PLACEHOLDER);
        }
        if (terminal.isPresent() && problems.isEmpty()) {
            return ask(terminal.get(), question, proposal);
        }
        if (proposal.isEmpty()) {
            problems.add("missing: %s %s   %s".formatted(question.option(), question.parameter(), question.text()));
        }
        return proposal.orElse(PLACEHOLDER);
    }

    private static String ask(Terminal terminal, SetupQuestion question, Optional<String> proposal)
            throws InvalidAnswersException, IOException {
        terminal.print("");
        terminal.print(question.text());
        if (question == SetupQuestion.METHOD) {
            printMethods(terminal);
        }
        String name = question.option().substring(2);
        String prompt =
                proposal.map(usual -> "%s [%s]: ".formatted(name, usual)).orElse(name + ": ");
        while (true) {
            String typed = orEnd(terminal.line(prompt), name).strip();
            String answer = typed.isEmpty() ? proposal.orElse("") : chosen(question, typed);
            Optional<String> complaint =
                    answer.isEmpty() ? Optional.of("this has to be known") : question.problem(answer);
            if (complaint.isEmpty()) {
                return answer;
            }
            terminal.print("  " + complaint.get());
        }
    }

    /// @param what it is, for people
    /// @return empty if nothing was typed, or nobody can be asked
    Optional<Secret> secret(String what) throws InvalidAnswersException, IOException {
        if (terminal.isEmpty()) {
            return Optional.empty();
        }
        terminal.get().print("");
        terminal.get().print("The " + what + ". It is not shown. Nothing: you write it into its file later.");
        Secret typed = orEnd(terminal.get().secret(what + ": "), what);
        return Optional.of(typed).filter(secret -> !secret.reveal().isBlank());
    }

    private static void printMethods(Terminal terminal) {
        int number = 1;
        for (SubmissionMethod way : SubmissionMethod.values()) {
            terminal.print("  %d  %-21s  %s".formatted(number++, way.key(), way.description()));
        }
    }

    /// Ways may be chosen by their number.
    private static String chosen(SetupQuestion question, String typed) {
        boolean numbered = question == SetupQuestion.METHOD && typed.matches("[1-9]");
        return numbered
                ? List.of(SubmissionMethod.values())
                        .get(Integer.parseInt(typed) - 1)
                        .key()
                : typed;
    }

    private static <T> T orEnd(Optional<T> typed, String name) throws InvalidAnswersException {
        return typed.orElseThrow(() ->
                new InvalidAnswersException("the input ended before " + name + " was answered; nothing was written"));
    }
}
