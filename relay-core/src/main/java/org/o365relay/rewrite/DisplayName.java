package org.o365relay.rewrite;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;

/// Builds display names that Exchange accepts. If a name contains `@`, Exchange refuses the message with
/// the error SendAsDenied.
final class DisplayName {

    private static final int MAX_LENGTH = 128;
    private static final int MAX_READ = 1024;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(name|address|local-part|device)}");
    private static final Pattern ADDRESS = Pattern.compile("([^\\s<>()\\[\\]\"',;:@]++)@[^\\s<>()\\[\\]\"',;:]*+");
    // Empty pairs of brackets or quotes. They are removed repeatedly, because pairs can be nested.
    private static final Pattern EMPTY_PAIR = Pattern.compile("<\\s*>|\\(\\s*\\)|\\[\\s*]|\"\\s*\"|'\\s*'");
    private static final Pattern ENCODED_WORD_BEGIN = Pattern.compile("=+\\?");
    // Control characters, separators, bidirectional controls, and remains of text that cannot be decoded.
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{IsCc}\\p{IsZl}\\p{IsZp}\\p{IsZs}\\p{IsCs}\\u061C"
            + "\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\uFEFF\\uFFFD]+");

    private DisplayName() {}

    /// @param template the template, with the placeholders of [RewriteSettings]; placeholders in inserted
    ///     values are not expanded
    /// @return the display name; may be empty
    static String expand(String template, HeaderMailbox author, Arrival arrival) {
        if (template.equals(RewriteSettings.KEEP_DISPLAY_NAME)) {
            return cleaned(cleaned(author.name())); // as below: the name, then the whole
        }
        return cleaned(PLACEHOLDER
                .matcher(template)
                .replaceAll(match -> Matcher.quoteReplacement(value(match.group(1), author, arrival))));
    }

    private static String value(String placeholder, HeaderMailbox author, Arrival arrival) {
        return switch (placeholder) {
            case "name" -> cleaned(author.name());
            case "address" -> author.address().map(DisplayName::withoutAt).orElse("");
            case "local-part" -> author.address().map(EmailAddress::localPart).orElse("");
            case "device" -> DeviceName.name(arrival);
            default -> throw new IllegalArgumentException(placeholder);
        };
    }

    /// @return whether the name consists of at most 128 letters and digits (ASCII), and of single spaces, `-`,
    ///     `_` and `.` between the first and the last, so that it needs no change
    private static boolean isSimple(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean isInner = i > 0 && i < name.length() - 1;
            boolean isSingleSpace = isInner && c == ' ' && name.charAt(i + 1) != ' ';
            boolean isSeparator = isInner && (c == '-' || c == '_' || c == '.');
            if (!isSingleSpace && !isSeparator && !SimpleMailbox.isLetterOrDigit(c)) {
                return false;
            }
        }
        return name.length() <= MAX_LENGTH;
    }

    /// @return the name, truncated to 128 characters. Addresses are reduced to their local part; any other
    ///     `@`, empty brackets or quotes, and the `=` of `=?`, with which an encoded word begins, are removed;
    ///     control characters are replaced by spaces
    static String cleaned(String name) {
        if (isSimple(name)) {
            return name;
        }
        String text = name.substring(0, Math.min(name.length(), MAX_READ)).replaceAll("[\uFF20\uFE6B]", "@");
        text = ADDRESS.matcher(text).replaceAll("$1").replace("@", "");
        return printable(withoutEmptyPairs(ENCODED_WORD_BEGIN.matcher(text).replaceAll("?")));
    }

    /// @return the name, truncated to 128 characters. Control characters, including bidirectional ones, and
    ///     U+FFFD are replaced by spaces, and the `=` of `=?` is removed
    static String printable(String name) {
        String text = ENCODED_WORD_BEGIN
                .matcher(name.substring(0, Math.min(name.length(), MAX_READ)))
                .replaceAll("?");
        return shortened(UNPRINTABLE.matcher(text).replaceAll(" ").strip());
    }

    /// @return whether [#printable] would change nothing but the length and the spaces of the name
    static boolean isPrintable(String name) {
        if (isSimple(name)) {
            return true;
        }
        return !ENCODED_WORD_BEGIN.matcher(name).find()
                && !UNPRINTABLE.matcher(name.replace(" ", "")).find();
    }

    private static String withoutEmptyPairs(String name) {
        String text = name;
        Matcher pair = EMPTY_PAIR.matcher(text);
        while (pair.find()) {
            text = pair.replaceAll("");
            pair = EMPTY_PAIR.matcher(text);
        }
        return text;
    }

    private static String shortened(String text) {
        boolean fits = text.codePointCount(0, text.length()) <= MAX_LENGTH;
        return fits
                ? text
                : text.substring(0, text.offsetByCodePoints(0, MAX_LENGTH)).strip();
    }

    private static String withoutAt(EmailAddress address) {
        return address.isQualified() ? address.localPart() + " at " + address.domain() : address.localPart();
    }
}
