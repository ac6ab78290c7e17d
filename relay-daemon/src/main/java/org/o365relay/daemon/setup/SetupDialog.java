package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Secret;

/// Finds out what has to be known: from the command line first, then from whoever sits there, else by what is usual.
final class SetupDialog {

    private static final String STAND_IN = "relay@contoso.example";

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
                        + answers.way().key());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidAnswersException(String.join("\n", problems));
        }
        return answers;
    }

    private String answer(SetupQuestion question, SetupAnswers before) throws InvalidAnswersException, IOException {
        Optional<String> proposal = question.proposal(before);
        String text = given.get(question);
        if (text != null) {
            Optional<String> complaint = question.complaint(text.strip());
            complaint.ifPresent(found -> problems.add("%s %s: %s".formatted(question.option(), text, found)));
            return complaint.isEmpty() ? text.strip() : proposal.orElse(STAND_IN);
        }
        if (terminal.isPresent() && problems.isEmpty()) {
            return ask(terminal.get(), question, proposal);
        }
        if (proposal.isEmpty()) {
            problems.add("missing: %s %s   %s".formatted(question.option(), question.parameter(), question.text()));
        }
        return proposal.orElse(STAND_IN);
    }

    private static String ask(Terminal terminal, SetupQuestion question, Optional<String> proposal)
            throws InvalidAnswersException, IOException {
        terminal.say("");
        terminal.say(question.text());
        if (question == SetupQuestion.WAY) {
            sayWays(terminal);
        }
        String name = question.option().substring(2);
        String prompt =
                proposal.map(usual -> "%s [%s]: ".formatted(name, usual)).orElse(name + ": ");
        while (true) {
            String typed = orEnd(terminal.line(prompt), name).strip();
            String answer = typed.isEmpty() ? proposal.orElse("") : chosen(question, typed);
            Optional<String> complaint =
                    answer.isEmpty() ? Optional.of("this has to be known") : question.complaint(answer);
            if (complaint.isEmpty()) {
                return answer;
            }
            terminal.say("  " + complaint.get());
        }
    }

    /// @param what it is, for people
    /// @return empty if nothing was typed, or nobody can be asked
    Optional<Secret> secret(String what) throws InvalidAnswersException, IOException {
        if (terminal.isEmpty()) {
            return Optional.empty();
        }
        terminal.get().say("");
        terminal.get().say("The " + what + ". It is not shown. Nothing: you write it into its file later.");
        Secret typed = orEnd(terminal.get().secret(what + ": "), what);
        return Optional.of(typed).filter(secret -> !secret.reveal().isBlank());
    }

    private static void sayWays(Terminal terminal) {
        int number = 1;
        for (SubmissionMethod way : SubmissionMethod.values()) {
            terminal.say("  %d  %-21s  %s".formatted(number++, way.key(), way.description()));
        }
    }

    /// Ways may be chosen by their number.
    private static String chosen(SetupQuestion question, String typed) {
        boolean numbered = question == SetupQuestion.WAY && typed.matches("[1-9]");
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
