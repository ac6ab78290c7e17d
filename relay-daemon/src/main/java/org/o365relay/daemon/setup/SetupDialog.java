package org.o365relay.daemon.setup;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
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

    private static final String EXPLAIN = "?";
    private static final String BACK = "back";
    private static final String FIRST = "  This is the first question.";
    private static final List<SetupQuestion> QUESTIONS = List.of(SetupQuestion.values());

    private final ConfigDirectory directory;
    private final Map<SetupQuestion, String> given;
    private final Map<SetupQuestion, String> defaults;
    private final Optional<Terminal> terminal;
    private final Map<SetupQuestion, String> typed = new EnumMap<>(SetupQuestion.class);
    private final Deque<Position> asked = new ArrayDeque<>();
    private final List<String> problems = new ArrayList<>();
    private boolean introduced;

    /// @param directory resolves relative file names
    /// @param given answers given as command-line options
    /// @param defaults default answers that replace those of the questions
    /// @param terminal terminal of the user; empty to ask no questions
    SetupDialog(
            ConfigDirectory directory,
            Map<SetupQuestion, String> given,
            Map<SetupQuestion, String> defaults,
            Optional<Terminal> terminal) {
        this.directory = directory;
        this.given = Map.copyOf(given);
        this.defaults = Map.copyOf(defaults);
        this.terminal = terminal;
    }

    /// A question and the answers before it.
    private record Position(int index, SetupAnswers earlier) {

        SetupQuestion question() {
            return QUESTIONS.get(index);
        }

        Position skipped() {
            return new Position(index + 1, earlier);
        }

        Position answered(String answer) {
            return new Position(index + 1, earlier.with(question(), answer));
        }
    }

    /// The answers of the user.
    ///
    /// @param secret the secret; empty if the method has none, the user entered nothing, or there is no
    ///     terminal
    record Entered(SetupAnswers answers, Optional<Secret> secret) {}

    /// @param asksSecret whether to ask for the secret of the method after the questions
    /// @throws InvalidAnswersException if options are missing, invalid or not applicable to the method (the
    ///     message lists all of them), or if the input ended before the last answer
    Entered entered(boolean asksSecret) throws InvalidAnswersException, IOException {
        SetupAnswers answers = answers(new Position(0, new SetupAnswers(Map.of())));
        while (true) {
            Optional<SetupSecretFile> secret = SetupSecretFile.requestedFor(answers);
            if (!asksSecret || secret.isEmpty() || terminal.isEmpty()) {
                return new Entered(answers, Optional.empty());
            }
            Secret typedSecret = secret(terminal.get(), secret.get());
            if (typedSecret.reveal().equals(BACK)) {
                if (asked.isEmpty()) {
                    terminal.get().print(FIRST);
                } else {
                    answers = answers(asked.pop());
                }
                continue;
            }
            Optional<Secret> entered =
                    Optional.of(typedSecret).filter(given -> !given.reveal().isBlank());
            Optional<String> problem = certificateProblem(answers, entered);
            if (problem.isEmpty()) {
                return new Entered(answers, entered);
            }
            SetupText.wrapped(problem.get()).forEach(text -> terminal.get().print("  " + text));
        }
    }

    /// @return why the user's certificate file cannot be read with this password
    private Optional<String> certificateProblem(SetupAnswers answers, Optional<Secret> password) {
        if (!answers.method().hasCertificate()) {
            return Optional.empty();
        }
        try {
            AppCertificate.exported(directory.path(answers.certificate()), password);
            return Optional.empty();
        } catch (IOException unreadable) {
            return Optional.of(String.valueOf(unreadable.getMessage()));
        }
    }

    private SetupAnswers answers(Position start) throws InvalidAnswersException, IOException {
        Position position = start;
        while (position.index() < QUESTIONS.size()) {
            position = next(position);
        }
        if (!problems.isEmpty()) {
            throw new InvalidAnswersException(String.join("\n", problems));
        }
        return position.earlier();
    }

    private Position next(Position position) throws InvalidAnswersException, IOException {
        SetupQuestion question = position.question();
        if (!question.applies(position.earlier())) {
            if (given.containsKey(question)) {
                problems.add(
                        question == SetupQuestion.ALERT_SERVER
                                ? question.option() + " needs --admin, the address that receives the alerts"
                                : question.option() + " cannot be used with --method "
                                        + position.earlier().method().key());
            }
            return position.skipped();
        }
        if (given.containsKey(question) || terminal.isEmpty() || !problems.isEmpty()) {
            return position.answered(unasked(question, position.earlier()));
        }
        introduce(terminal.get());
        Optional<String> answer = ask(terminal.get(), question, position.earlier());
        if (answer.isPresent()) {
            asked.push(position);
            return position.answered(answer.get());
        }
        if (asked.isEmpty()) {
            terminal.get().print(FIRST);
            return position;
        }
        return asked.pop();
    }

    private String unasked(SetupQuestion question, SetupAnswers earlier) {
        Optional<String> defaultAnswer = defaultAnswer(question, earlier);
        String text = given.get(question);
        if (text != null) {
            Optional<String> problem = question.problem(text.strip(), directory.path(""));
            problem.ifPresent(found -> problems.add("%s %s: %s".formatted(question.option(), text, found)));
            return problem.isEmpty() ? text.strip() : defaultAnswer.orElse(PLACEHOLDER);
        }
        if (defaultAnswer.isEmpty()) {
            problems.add("missing: %s %s   %s".formatted(question.option(), question.parameter(), question.text()));
        }
        return defaultAnswer.orElse(PLACEHOLDER);
    }

    /// @return what the user entered before returning to an earlier question, otherwise the default
    private Optional<String> defaultAnswer(SetupQuestion question, SetupAnswers earlier) {
        return Optional.ofNullable(typed.get(question))
                .or(() -> Optional.ofNullable(defaults.get(question)))
                .or(() -> question.defaultAnswer(earlier));
    }

    private void introduce(Terminal terminal) {
        if (!introduced) {
            introduced = true;
            SetupText.wrapped("Press Enter to accept the answer in brackets. Enter ? for an explanation of the"
                            + " question, or back to return to the one before. No file is written before the end.")
                    .forEach(terminal::print);
        }
    }

    /// @return the answer; empty to return to the question before
    private Optional<String> ask(Terminal terminal, SetupQuestion question, SetupAnswers earlier)
            throws InvalidAnswersException, IOException {
        Optional<String> defaultAnswer = defaultAnswer(question, earlier);
        print(terminal, question, earlier);
        String name = question.option().substring(2);
        String prompt =
                defaultAnswer.map(text -> "%s [%s]: ".formatted(name, text)).orElse(name + ": ");
        while (true) {
            String line = orThrow(terminal.line(prompt), name).strip();
            if (line.equals(BACK)) {
                return Optional.empty();
            }
            if (line.equals(EXPLAIN)) {
                question.explanation().lines().forEach(text -> terminal.print("  " + text));
                continue;
            }
            String answer = line.isEmpty() ? defaultAnswer.orElse("") : resolveMethodNumber(question, line);
            Optional<String> problem = answer.isEmpty()
                    ? Optional.of("an answer is required")
                    : question.problem(answer, directory.path(""));
            if (problem.isEmpty()) {
                if (!line.isEmpty()) {
                    typed.put(question, answer);
                }
                question.warning(answer)
                        .ifPresent(text -> SetupText.wrapped("Note: " + text).forEach(terminal::print));
                return Optional.of(answer);
            }
            SetupText.wrapped(problem.get()).forEach(text -> terminal.print("  " + text));
        }
    }

    private static void print(Terminal terminal, SetupQuestion question, SetupAnswers earlier) {
        terminal.print("");
        String note = question.note(earlier).map(text -> " " + text).orElse("");
        SetupText.wrapped(question.text() + note).forEach(terminal::print);
        if (question == SetupQuestion.METHOD) {
            int number = 1;
            for (DeliveryMethod method : DeliveryMethod.values()) {
                terminal.print("  %d  %-21s  %s".formatted(number++, method.key(), method.description()));
            }
        }
    }

    private static Secret secret(Terminal terminal, SetupSecretFile file) throws InvalidAnswersException, IOException {
        terminal.print("");
        SetupText.wrapped("Enter the " + file.description() + ". The input is not shown. " + file.whenMissing())
                .forEach(terminal::print);
        while (true) {
            Secret entered = orThrow(terminal.secret(file.description() + ": "), file.description());
            if (!entered.reveal().equals(EXPLAIN)) {
                return entered;
            }
            SetupText.wrapped(file.explanation()).forEach(text -> terminal.print("  " + text));
        }
    }

    /// Converts the number of a method to the method's key; returns all other input unchanged.
    private static String resolveMethodNumber(SetupQuestion question, String line) {
        boolean numbered = question == SetupQuestion.METHOD && line.matches("[1-9]");
        return numbered
                ? List.of(DeliveryMethod.values())
                        .get(Integer.parseInt(line) - 1)
                        .key()
                : line;
    }

    private static <T> T orThrow(Optional<T> entered, String name) throws InvalidAnswersException {
        return entered.orElseThrow(() ->
                new InvalidAnswersException("the input ended before " + name + " was answered; no file was written"));
    }
}
