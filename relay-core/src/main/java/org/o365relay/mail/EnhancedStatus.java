package org.o365relay.mail;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An enhanced mail system status code (RFC 3463 §2), for example `5.7.139`.
///
/// @param category 2 success, 4 transient, 5 permanent
/// @param subject 0 to 999
/// @param detail 0 to 999
public record EnhancedStatus(int category, int subject, int detail) {

    private static final Pattern FORM = Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3})");

    /// @throws IllegalArgumentException if the text is not a status code
    public static EnhancedStatus of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not an enhanced status code: " + text));
    }

    /// @return the status code; empty if the text is not one
    public static Optional<EnhancedStatus> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new EnhancedStatus(number(matcher, 1), number(matcher, 2), number(matcher, 3)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return category + "." + subject + "." + detail;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
