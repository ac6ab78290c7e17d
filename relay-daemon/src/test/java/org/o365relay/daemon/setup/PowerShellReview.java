package org.o365relay.daemon.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.o365relay.daemon.setup.PowerShellTokens.Kind;
import org.o365relay.daemon.setup.PowerShellTokens.Token;

/// Checks a script without a PowerShell: its commands and parameters are known, each variable has a value when
/// it is used, each setting is used, and no function uses the modules for Entra and for Exchange together.
final class PowerShellReview {

    private static final Path COMMANDS = Path.of("src/test/resources/setup/powershell-commands.txt");
    private static final Set<String> COMMON_PARAMETERS = Set.of("ErrorAction", "Confirm");
    private static final Set<String> AUTOMATIC = Set.of(
            "_",
            "true",
            "false",
            "null",
            "PID",
            "PSScriptRoot",
            "PSCommandPath",
            "PSBoundParameters",
            "LASTEXITCODE",
            "ErrorActionPreference");

    private final List<Token> tokens;
    private final List<String> problems;
    private final Map<String, Set<String>> parameters = new HashMap<>();
    private final Map<String, String> modules = new HashMap<>();
    private final Map<String, Token> settings = new LinkedHashMap<>();
    private final Set<String> used = new HashSet<>();

    private PowerShellReview(PowerShellTokens script) {
        this.tokens = script.tokens();
        this.problems = new ArrayList<>(script.problems());
    }

    static List<String> problems(String script) {
        PowerShellReview review = new PowerShellReview(new PowerShellTokens(script));
        review.readCommands();
        review.readFunctions();
        review.checkCommands();
        review.checkVariables();
        return review.problems;
    }

    private void readCommands() {
        try {
            for (String line : Files.readAllLines(COMMANDS)) {
                if (!line.startsWith("#")) {
                    List<String> words = Arrays.asList(line.split(" "));
                    modules.put(words.get(1), words.getFirst());
                    parameters.put(words.get(1), Set.copyOf(words.subList(2, words.size())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Adds the functions of the script and their parameters to the known commands.
    private void readFunctions() {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).is("function")) {
                Set<String> names = new HashSet<>();
                for (int j = i + 2; !tokens.get(j).is("{"); j++) {
                    if (tokens.get(j).kind() == Kind.VARIABLE) {
                        names.add(tokens.get(j).text());
                    }
                }
                parameters.put(tokens.get(i + 1).text(), names);
            }
        }
    }

    private void checkCommands() {
        Deque<String> commands = new ArrayDeque<>(List.of(""));
        Set<String> modulesOfFunction = new HashSet<>();
        for (Token token : tokens) {
            switch (token.kind()) {
                case OPEN -> commands.push("");
                case CLOSE -> commands.pop();
                case NEWLINE -> replaceTop(commands, "");
                case OPERATOR -> {
                    if (token.is("|") || token.is(";") || token.is("&")) {
                        replaceTop(commands, token.is("&") ? "&" : "");
                    }
                }
                case WORD -> {
                    if (token.is("function")) {
                        modulesOfFunction.clear();
                    } else if (token.text().matches("[A-Z]\\w*-[A-Z]\\w*")) {
                        checkCommand(token, modulesOfFunction);
                        replaceTop(commands, token.text());
                    }
                }
                case PARAMETER -> checkParameter(token, String.valueOf(commands.peek()));
                case VARIABLE, STRING -> {}
            }
            if (commands.isEmpty()) {
                commands.push(""); // reported as a problem by the tokens
            }
        }
    }

    private static void replaceTop(Deque<String> commands, String command) {
        commands.pop();
        commands.push(command);
    }

    private void checkCommand(Token command, Set<String> modulesOfFunction) {
        if (!parameters.containsKey(command.text())) {
            problem(command, "unknown command " + command.text());
        }
        modulesOfFunction.add(modules.getOrDefault(command.text(), ""));
        if (modulesOfFunction.containsAll(Set.of("graph", "exchange"))) {
            problem(command, "the modules for Entra and for Exchange fail in a common process");
        }
    }

    /// The arguments of a program that `&` starts are not checked.
    private void checkParameter(Token parameter, String command) {
        boolean known = command.equals("&")
                || COMMON_PARAMETERS.contains(parameter.text())
                || parameters.getOrDefault(command, Set.of()).contains(parameter.text());
        if (!known) {
            problem(parameter, "unknown parameter -%s of %s".formatted(parameter.text(), command));
        }
    }

    /// Functions run after the whole script has been read, so they may use every variable of the script.
    private void checkVariables() {
        Set<String> ofScript = new HashSet<>();
        Set<String> ofFunction = new HashSet<>();
        List<Token> inFunctions = new ArrayList<>();
        int functionDepth = -1;
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.is("function")) {
                functionDepth = depth;
                ofFunction.clear();
                ofFunction.addAll(parameters.getOrDefault(tokens.get(i + 1).text(), Set.of()));
            }
            depth += token.kind() == Kind.OPEN ? 1 : token.kind() == Kind.CLOSE ? -1 : 0;
            if (token.is("}") && depth == functionDepth) {
                functionDepth = -1;
                ofFunction.clear();
            }
            boolean inFunction = functionDepth >= 0;
            if (token.kind() == Kind.VARIABLE && isAssigned(i)) {
                (inFunction ? ofFunction : ofScript).add(token.text());
                if (!inFunction && tokens.get(i + 1).is("=")) {
                    settings.putIfAbsent(token.text(), token);
                }
            } else if (token.kind() == Kind.VARIABLE && !ofFunction.contains(token.text())) {
                checkUse(token, inFunction, ofScript, inFunctions);
            }
        }
        inFunctions.stream()
                .filter(use -> !ofScript.contains(use.text()))
                .forEach(use -> problem(use, "$" + use.text() + " has no value"));
        settings.forEach((name, token) -> {
            if (!used.contains(name) && !AUTOMATIC.contains(name)) {
                problem(token, "$" + name + " is not used");
            }
        });
    }

    private void checkUse(Token use, boolean inFunction, Set<String> ofScript, List<Token> inFunctions) {
        used.add(use.text());
        if (inFunction && !AUTOMATIC.contains(use.text())) {
            inFunctions.add(use);
        } else if (!AUTOMATIC.contains(use.text()) && !ofScript.contains(use.text())) {
            problem(use, "$" + use.text() + " has no value");
        }
    }

    /// Whether the variable gets a value here: before `=`, as the variable of `foreach`, or as a parameter.
    private boolean isAssigned(int i) {
        boolean beforeEquals = i + 1 < tokens.size() && tokens.get(i + 1).is("=");
        boolean ofLoop = i > 1 && tokens.get(i - 1).is("(") && tokens.get(i - 2).is("foreach");
        boolean declared = i > 2
                && tokens.get(i - 1).is("]")
                && tokens.get(i - 3).is("[")
                && i + 1 < tokens.size()
                && (tokens.get(i + 1).is(",")
                        || tokens.get(i + 1).is(")")
                        || tokens.get(i + 1).is("\n"));
        return beforeEquals || ofLoop || declared;
    }

    private void problem(Token token, String what) {
        problems.add("line %d: %s".formatted(token.line(), what));
    }
}
