package org.o365relay.daemon.setup;

import java.util.List;
import java.util.stream.Collectors;

/// Formats PowerShell literals.
final class PowerShell {

    /// The characters that PowerShell treats as single quotes: the ASCII quote and the typographic ones.
    private static final String QUOTES = "'\u2018\u2019\u201a\u201b";

    private PowerShell() {}

    /// @return a single-quoted string literal, in which PowerShell expands nothing, without control characters
    static String quote(String value) {
        StringBuilder literal = new StringBuilder("'");
        value.chars().filter(c -> !Character.isISOControl(c)).forEach(c -> {
            literal.append((char) c);
            if (QUOTES.indexOf(c) >= 0) {
                literal.append((char) c); // a doubled quote represents one quote
            }
        });
        return literal.append('\'').toString();
    }

    static String list(List<String> values) {
        return values.stream().map(PowerShell::quote).collect(Collectors.joining(", ", "@(", ")"));
    }
}
