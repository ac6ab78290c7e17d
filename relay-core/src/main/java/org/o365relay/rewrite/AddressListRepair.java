package org.o365relay.rewrite;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Repairs forms in `To`, `Cc`, `Reply-To`, `Resent-To` and `Resent-Cc` that Exchange may refuse: unquoted
/// display names that contain an `@` (`a@b.c <a@b.c>`), and names followed by an address without angle brackets
/// (`Ann a@b.c`). Names with encoded words are not quoted. All other members, members with comments, and lists
/// that cannot be parsed stay byte-identical.
final class AddressListRepair {

    private static final Set<String> FIELDS = Set.of("to", "cc", "reply-to", "resent-to", "resent-cc");

    private static final Pattern NAME_AND_ADDRESS =
            Pattern.compile("(?s)(\\s*)(\\S[^@]*)(?<![\\s.])\\s+([^\\s@.\"][^\\s@\"]*+@[^\\s@\"]++)(\\s*)");

    private final String text;
    private final StringBuilder repaired = new StringBuilder();
    private int copied;
    private int begin;
    private int angle = -1;
    private boolean hasComment;
    private boolean hasBareAt;

    private AddressListRepair(String text, int begin) {
        this.text = text;
        this.begin = begin;
    }

    static RawField repaired(RawField field) {
        String text = field.text();
        int value = text.indexOf(':') + 1;
        boolean repairable = FIELDS.contains(field.name().toLowerCase(Locale.ROOT));
        return repairable && text.indexOf('@', value) >= 0 ? new AddressListRepair(text, value).repair(field) : field;
    }

    private RawField repair(RawField field) {
        int i = begin;
        while (i >= 0 && i < text.length()) {
            i = switch (text.charAt(i)) {
                case '"' -> afterQuotes(i);
                case '(' -> afterComment(i);
                case '<' -> afterAngles(i);
                case ',', ';', ':' -> afterMember(i);
                case '>', ')' -> -1;
                case '\\' -> i + 2;
                case '@' -> afterAt(i);
                default -> i + 1;
            };
        }
        if (i < 0) {
            return field;
        }
        afterMember(text.length());
        return copied == 0
                ? field
                : new RawField(
                        field.name(),
                        repaired.append(text, copied, text.length()).toString());
    }

    private int afterQuotes(int open) {
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private int afterComment(int open) {
        hasComment = true;
        int depth = 0;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private int afterAngles(int open) {
        if (angle >= 0) {
            return -1;
        }
        angle = open;
        int close = text.indexOf('>', open);
        return close < 0 ? -1 : close + 1;
    }

    private int afterAt(int at) {
        hasBareAt |= angle < 0;
        return at + 1;
    }

    /// Repairs the current member of the list if necessary.
    ///
    /// @param end end of the current member
    /// @return beginning of the next member
    private int afterMember(int end) {
        if (hasBareAt && !hasComment && angle >= 0) {
            quote(text.substring(begin, angle));
        } else if (hasBareAt && !hasComment) {
            bracket(text.substring(begin, end));
        }
        begin = end + 1;
        angle = -1;
        hasComment = false;
        hasBareAt = false;
        return begin;
    }

    private void quote(String phrase) {
        if (!phrase.contains("=?")) { // an encoded word must not be quoted
            String name = phrase.strip();
            String before = phrase.substring(0, phrase.indexOf(name));
            replace(angle, before + '"' + name.replaceAll("[\"\\\\\r\n]", "") + "\" ");
        }
    }

    private void bracket(String member) {
        var parts = NAME_AND_ADDRESS.matcher(member);
        if (hasBlank(member.strip()) && parts.matches()) {
            String name = parts.group(2).strip();
            replace(begin + parts.start(4), parts.group(1) + name + " <" + parts.group(3) + ">");
        }
    }

    private static boolean hasBlank(String text) {
        return text.indexOf(' ') >= 0 || text.indexOf('\t') >= 0;
    }

    /// Replaces the text between the beginning of the member and `end`.
    private void replace(int end, String replacement) {
        repaired.append(text, copied, begin).append(replacement);
        copied = end;
    }
}
