package org.o365relay.config.hocon;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Explains errors of the HOCON parser. The parser's own messages about syntax are not shown, because they
/// quote the file and may contain part of a password.
final class SyntaxProblem {

    private static final Pattern UNEXPECTED = Pattern.compile("(?:token:?|got) '([\\[\\]{}=:,])'");

    private SyntaxProblem() {}

    static Problem of(ConfigException failure, String mainFile) {
        @Nullable ConfigOrigin origin = failure.origin();
        @Nullable String file = origin == null ? null : origin.filename();
        int line = origin == null ? 0 : Math.max(0, origin.lineNumber());
        return new Problem(file == null ? mainFile : file, line, "", message(failure));
    }

    private static String message(ConfigException failure) {
        String text = String.valueOf(failure.getMessage());
        return switch (failure) {
            case ConfigException.IO unreadable ->
                "a required include does not exist or cannot be read: " + reason(text);
            case ConfigException.UnresolvedSubstitution cycle -> "a ${…} here refers to itself; remove the cycle";
            case ConfigException.WrongType list -> "the file must contain a section: relay { … }";
            case ConfigException other -> syntax(text);
        };
    }

    private static String syntax(String text) {
        Matcher unexpected = UNEXPECTED.matcher(text);
        if (text.contains("end of file")) {
            return "the file ends before every { and [ is closed";
        } else if (text.contains("unescaped newline")) {
            return "a quoted string does not end on its line; add the closing quote";
        } else if (text.contains("escape sequence")) {
            return "a backslash in a quoted string must be written twice: \\\\";
        } else if (text.contains("not allowed outside quotes") || text.contains("not followed by {")) {
            return "text with special characters must be in double quotes";
        } else if (unexpected.find()) {
            return "unexpected \"%s\": a comma, line break, bracket or double quote is missing"
                    .formatted(unexpected.group(1));
        }
        return "syntax error; check the commas, brackets and double quotes";
    }

    /// Returns the last part of the parser's message about an include: the name of the file, and sometimes the
    /// reason.
    private static String reason(String text) {
        return text.substring(text.lastIndexOf(": ") + 1).strip();
    }
}
