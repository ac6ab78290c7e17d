package org.o365relay.sandbox.smtp;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The argument of `MAIL FROM:` or `RCPT TO:` (RFC 5321 §4.1.2).
///
/// @param address address without angle brackets; empty for `<>`
/// @param parameters ESMTP parameters such as `SIZE=1000`
record PathArgument(String address, List<String> parameters) {

    private static final Pattern FORM =
            Pattern.compile("\\s*<(?<address>(?:\"(?:\\\\.|[^\"\\\\])*\"|[^\">])*)>\\s*(?<parameters>.*)");
    private static final Pattern MAILBOX = Pattern.compile("(?:\"(?:\\\\.|[^\"\\\\])*\"|[^\\s\"@<>]+)@[^\\s@<>]+");

    /// @param keyword `FROM:` or `TO:`
    /// @return the argument; empty if the keyword or the angle brackets are missing; Exchange Online requires
    ///     the angle brackets
    static Optional<PathArgument> parse(String text, String keyword) {
        if (!text.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(text.substring(keyword.length()));
        return form.matches()
                ? Optional.of(new PathArgument(form.group("address"), words(form.group("parameters"))))
                : Optional.empty();
    }

    boolean isNullPath() {
        return address.isEmpty();
    }

    /// @param utf8 whether the transaction uses SMTPUTF8
    boolean isMailbox(boolean utf8) {
        return MAILBOX.matcher(address).matches() && (utf8 || address.chars().allMatch(c -> c < 0x80));
    }

    /// @return the name of the first unknown parameter; empty if all are known
    Optional<String> unknownParameter(Set<String> known) {
        return parameters.stream()
                .map(parameter -> parameter.split("=", 2)[0])
                .filter(name -> !known.contains(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    boolean has(String parameter) {
        return parameters.stream().anyMatch(parameter::equalsIgnoreCase);
    }

    /// @return the value of the SIZE parameter; empty if it is missing or invalid
    OptionalLong declaredSize() {
        return parameters.stream()
                .filter(parameter -> parameter.matches("(?i)SIZE=\\d{1,18}"))
                .mapToLong(parameter -> Long.parseLong(parameter.substring(5)))
                .findFirst();
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
