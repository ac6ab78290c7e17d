package org.o365relay.daemon.setup;

import java.util.List;
import java.util.stream.Collectors;

/// Values as PowerShell writes them.
final class PowerShell {

    /// Windows PowerShell takes typographic quotes for plain ones.
    private static final String QUOTES = "'\u2018\u2019\u201a\u201b";

    private PowerShell() {}

    /// @return a literal in which nothing is expanded
    static String text(String value) {
        StringBuilder literal = new StringBuilder("'");
        value.chars().filter(c -> !Character.isISOControl(c)).forEach(c -> {
            literal.append((char) c);
            if (QUOTES.indexOf(c) >= 0) {
                literal.append((char) c); // doubled, it stands for itself
            }
        });
        return literal.append('\'').toString();
    }

    static String list(List<String> values) {
        return values.stream().map(PowerShell::text).collect(Collectors.joining(", ", "@(", ")"));
    }
}
