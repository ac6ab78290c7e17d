package org.o365relay.daemon.setup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Splits a PowerShell script into tokens. It knows the subset of the language that the script for the
/// administrator uses; anything else, such as an operator of PowerShell 7, is a problem.
final class PowerShellTokens {

    /// The kinds of tokens. The text of a variable is its name; the variables in a string follow it as tokens.
    enum Kind {
        WORD,
        PARAMETER,
        OPERATOR,
        VARIABLE,
        STRING,
        OPEN,
        CLOSE,
        NEWLINE
    }

    record Token(Kind kind, String text, int line) {

        boolean is(String expected) {
            return kind != Kind.STRING && text.equals(expected);
        }
    }

    private static final Set<String> WORD_OPERATORS = Set.of(
            "-eq",
            "-ne",
            "-gt",
            "-ge",
            "-not",
            "-and",
            "-or",
            "-bor",
            "-in",
            "-contains",
            "-notcontains",
            "-match",
            "-notmatch");
    private static final Set<String> SYMBOLS =
            Set.of("=", "+=", "+", "++", ",", ";", "|", "&", ".", "::", "..", "-", "@");
    private static final Pattern SPACE = Pattern.compile("[ \t]+|`\n|#[^\n]*|<#[\\s\\S]*?#>");
    private static final Pattern NAME = Pattern.compile("\\$(?:\\{([^}]+)}|(\\w+))");
    private static final Pattern WORD = Pattern.compile("-?[A-Za-z_]\\w*(?:-\\w+)?:?(?!:)|-?\\d+");
    private static final Pattern SYMBOL = Pattern.compile("[=+,;|&.:@?!*/%<>~^-]+");
    private static final Pattern LITERAL = Pattern.compile("'(?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*'");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;

    PowerShellTokens(String script) {
        this.text = script.startsWith("\ufeff") ? script.substring(1) : script;
        while (at < text.length()) {
            next();
        }
        open.forEach(bracket -> problem(bracket + " is not closed"));
    }

    List<Token> tokens() {
        return tokens;
    }

    List<String> problems() {
        return problems;
    }

    private void next() {
        char c = text.charAt(at);
        if (c == '\n') {
            add(Kind.NEWLINE, "\n", 1);
        } else if (c == '\'') {
            literal();
        } else if (c == '"') {
            string();
        } else if ("([{".indexOf(c) >= 0) {
            open.push(c);
            add(Kind.OPEN, String.valueOf(c), 1);
        } else if (")]}".indexOf(c) >= 0) {
            close(c);
        } else if (c == '$') {
            dollar();
        } else if (!matched(SPACE)) {
            wordOrSymbol();
        }
    }

    private boolean matched(Pattern pattern) {
        Matcher matcher = matcher(pattern);
        boolean found = matcher.lookingAt();
        at += found ? matcher.group().length() : 0;
        return found;
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text).region(at, text.length());
    }

    private void literal() {
        Matcher matcher = matcher(LITERAL);
        if (matcher.lookingAt()) {
            add(Kind.STRING, matcher.group(), matcher.group().length());
        } else {
            problem("a string is not closed");
            at = text.length();
        }
    }

    /// A string in double quotes; a doubled quote or one after a backtick does not end it.
    private void string() {
        add(Kind.STRING, "\"", 1);
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"' && !text.startsWith("\"\"", at)) {
                at++;
                return;
            } else if (c == '$') {
                expansion();
            } else {
                at += c == '`' || c == '"' ? 2 : 1;
            }
        }
        problem("a string is not closed");
    }

    private void expansion() {
        if (text.startsWith("$(", at)) {
            int depth = open.size();
            dollar();
            while (at < text.length() && open.size() > depth) {
                next();
            }
        } else {
            dollar();
            if (tokens.getLast().kind() == Kind.VARIABLE && text.startsWith(":", at) && text.charAt(at - 1) != '}') {
                problem("the colon after $" + tokens.getLast().text() + " belongs to the name; write ${...}:");
            }
        }
    }

    private void dollar() {
        Matcher name = matcher(NAME);
        if (name.lookingAt()) {
            String text = name.group(1) == null ? name.group(2) : name.group(1);
            add(Kind.VARIABLE, text, name.group().length());
        } else if (text.startsWith("$_", at)) {
            add(Kind.VARIABLE, "_", 2);
        } else if (text.startsWith("$(", at)) {
            open.push('(');
            add(Kind.OPEN, "(", 2);
        } else {
            problem("a lone $");
            at++;
        }
    }

    private void close(char bracket) {
        char expected = "([{".charAt(")]}".indexOf(bracket));
        if (open.isEmpty() || open.pop() != expected) {
            problem(bracket + " closes nothing");
        }
        add(Kind.CLOSE, String.valueOf(bracket), 1);
    }

    private void wordOrSymbol() {
        Matcher word = matcher(WORD);
        if (word.lookingAt()) {
            word(word.group());
            return;
        }
        Matcher symbol = matcher(SYMBOL);
        if (!symbol.lookingAt() || !SYMBOLS.contains(symbol.group())) {
            problem("not in the language of Windows PowerShell: "
                    + text.substring(at, Math.min(text.length(), at + 12)).replace('\n', ' '));
        }
        int length = symbol.lookingAt() ? symbol.group().length() : 1;
        add(Kind.OPERATOR, text.substring(at, at + length), length);
    }

    private void word(String word) {
        boolean dashed = word.matches("-[A-Za-z].*");
        if (dashed && Character.isLowerCase(word.charAt(1))) {
            if (!WORD_OPERATORS.contains(word)) {
                problem("unknown operator " + word);
            }
            add(Kind.OPERATOR, word, word.length());
        } else if (dashed) {
            add(Kind.PARAMETER, word.replaceAll("[-:]", ""), word.length());
        } else {
            add(Kind.WORD, word, word.length());
        }
    }

    private void add(Kind kind, String content, int length) {
        tokens.add(new Token(kind, content, line()));
        at += length;
    }

    private int line() {
        return (int) text.substring(0, Math.min(at, text.length()))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }

    private void problem(String what) {
        problems.add("line %d: %s".formatted(line(), what));
    }
}
