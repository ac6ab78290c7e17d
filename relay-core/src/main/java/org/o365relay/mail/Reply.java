package org.o365relay.mail;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An SMTP reply (RFC 5321 §4.2), sent by the relay or by an upstream.
///
/// @param code the reply code, 200 to 599
/// @param status the enhanced status code (RFC 2034); null if there is none
/// @param lines the text lines, without codes or line endings; at least one, which may be empty
public record Reply(int code, @Nullable EnhancedStatus status, List<String> lines) {

    /// Maximum length in characters of a reply that is stored, logged or quoted. RFC 5321 allows 512 octets in
    /// a line, but the diagnostic information of Exchange can have several thousand.
    public static final int MAX_LENGTH = 8_000;

    private static final Pattern LINE_END = Pattern.compile("\r?\n");
    private static final Pattern REPLY_START = Pattern.compile("(?s)[2-5]\\d\\d(?:[ -].*)?");

    public Reply {
        if (code < 200 || code > 599) {
            throw new IllegalArgumentException("not a reply code: " + code);
        }
        if (lines.isEmpty()) {
            throw new IllegalArgumentException("a reply has at least one line");
        }
        lines = List.copyOf(lines);
    }

    /// @param status the enhanced status code, such as `2.1.0`
    public static Reply of(int code, String status, String text) {
        return new Reply(code, EnhancedStatus.of(status), List.of(text));
    }

    /// A reply without an enhanced status code, such as the greeting, the reply to EHLO, and 354
    /// (RFC 2034 §4).
    public static Reply plain(int code, String... lines) {
        return new Reply(code, null, List.of(lines));
    }

    /// Parses a reply as received: `250 2.1.0 Ok`, or several lines `250-…` ending in `250 …`. The enhanced
    /// status code of the first line applies to the reply; its repetitions on the other lines are removed.
    ///
    /// @return the reply; empty if the text does not begin with a reply code
    public static Optional<Reply> parse(String text) {
        String[] rawLines = LINE_END.split(text.strip());
        if (!REPLY_START.matcher(rawLines[0]).matches()) {
            return Optional.empty();
        }
        int code = Integer.parseInt(rawLines[0].substring(0, 3));
        EnhancedStatus status = statusOf(afterCode(rawLines[0], code)).orElse(null);
        List<String> lines = Arrays.stream(rawLines)
                .map(line -> withoutStatus(afterCode(line, code), status))
                .toList();
        return Optional.of(new Reply(code, status, lines));
    }

    /// @return the first digit of the code: 2, 3, 4 or 5
    public int category() {
        return code / 100;
    }

    /// @return the lines joined by spaces, without codes
    public String text() {
        return String.join(" ", lines);
    }

    /// @return the reply on one line, as in the log, in the history and in notices: `250 2.1.0 Ok`; truncated
    ///     to [#MAX_LENGTH] characters, ending in `…`
    @Override
    public String toString() {
        String codes = status == null ? Integer.toString(code) : code + " " + status;
        String line = (codes + " " + text()).strip();
        if (line.length() <= MAX_LENGTH) {
            return line;
        }
        int end = MAX_LENGTH - 1;
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    private static String afterCode(String line, int code) {
        boolean hasCode = line.startsWith(Integer.toString(code));
        return hasCode ? line.substring(Math.min(4, line.length())) : line;
    }

    private static Optional<EnhancedStatus> statusOf(String text) {
        return EnhancedStatus.parse(text.split(" ", 2)[0]);
    }

    private static String withoutStatus(String text, @Nullable EnhancedStatus status) {
        return status != null && status.equals(statusOf(text).orElse(null))
                ? text.substring(status.toString().length()).strip()
                : text;
    }
}
