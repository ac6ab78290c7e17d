package org.o365relay.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigOrigin;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the HOCON parser's complaints mean. Its own words are not passed on: they quote the file, and what stands
/// there may be half a password.
final class SyntaxProblem {

    private static final Pattern UNEXPECTED = Pattern.compile("(?:token:?|got) '([\\[\\]{}=:,])'");

    private SyntaxProblem() {}

    static Problem of(ConfigException complaint, String mainFile) {
        @Nullable ConfigOrigin origin = complaint.origin();
        @Nullable String file = origin == null ? null : origin.filename();
        int line = origin == null ? 0 : Math.max(0, origin.lineNumber());
        return new Problem(file == null ? mainFile : file, line, "", message(complaint));
    }

    private static String message(ConfigException complaint) {
        String said = String.valueOf(complaint.getMessage());
        return switch (complaint) {
            case ConfigException.IO unreadable ->
                "a required include does not exist or cannot be read: " + reason(said);
            case ConfigException.UnresolvedSubstitution cycle -> "a ${…} here leads back to itself; break the circle";
            case ConfigException.WrongType list -> "the file must hold a section: relay { … }";
            case ConfigException other -> syntax(said);
        };
    }

    private static String syntax(String said) {
        Matcher unexpected = UNEXPECTED.matcher(said);
        if (said.contains("end of file")) {
            return "the file ends before every { and [ is closed";
        } else if (said.contains("unescaped newline")) {
            return "a text in quotes does not end on its line; close the quotes";
        } else if (said.contains("escape sequence")) {
            return "a backslash in a text in quotes must be written twice: \\\\";
        } else if (said.contains("not allowed outside quotes") || said.contains("not followed by {")) {
            return "a text with special characters must stand in double quotes";
        } else if (unexpected.find()) {
            return "did not expect \"%s\" here; a comma, a line end or a bracket is missing, or double quotes around a text"
                    .formatted(unexpected.group(1));
        }
        return "this cannot be understood; check the commas, brackets and double quotes";
    }

    /// The last part: the file, and sometimes why.
    private static String reason(String said) {
        return said.substring(said.lastIndexOf(": ") + 1).strip();
    }
}
