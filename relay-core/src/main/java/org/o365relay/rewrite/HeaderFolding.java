package org.o365relay.rewrite;

import jakarta.mail.internet.MimeUtility;
import jakarta.mail.internet.ParseException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.o365relay.mail.AsciiCase;

/// Folds header lines longer than 998 octets, which Exchange refuses. Folds where that does not change the
/// value: at white space, and between the elements of address and Message-ID lists (RFC 5322 §2.2.3). White
/// space at the end of such a line is removed, and so is white space that does not fit on a line.
///
/// A word longer than a line is encoded again in several words if it is an encoded word (RFC 2047). Otherwise,
/// it is broken, which inserts a space: delivering the message is more important than a value that no program
/// reads in full.
final class HeaderFolding {

    // RFC 5322 §2.1.1, without the CRLF
    static final int MAX_LINE = 998;

    private static final Set<String> LISTS =
            Set.of("to", "cc", "reply-to", "resent-to", "resent-cc", "references", "in-reply-to");

    private static final Pattern WHITE_SPACE = Pattern.compile("[ \t\r\n]+");
    private static final Pattern ENCODED_WORD = Pattern.compile("=\\?[^?]+\\?[BbQq]\\?[^?]*\\?=");
    private static final int MAX_ENCODED = 10; // characters of an encoded word, so that it has at most 75 (RFC 2047 §2)

    private final StringBuilder folded;
    private int lineLength;

    private HeaderFolding(int length) {
        folded = new StringBuilder(length + 64);
    }

    static String folded(RawField field) {
        if (field.text().length() <= MAX_LINE || field.text().lines().allMatch(line -> line.length() <= MAX_LINE)) {
            return field.text();
        }
        boolean isList = LISTS.contains(AsciiCase.lower(field.name()));
        String text = isList && hasLongWord(field.text()) ? spaced(field.text()) : field.text();
        HeaderFolding folding = new HeaderFolding(text.length());
        int nameLength = field.name().length() + 1;
        folding.append(text.substring(0, nameLength));
        text.substring(nameLength).lines().forEach(line -> {
            folding.add(line);
            folding.endLine();
        });
        return folding.folded.toString();
    }

    private static boolean hasLongWord(String text) {
        return WHITE_SPACE.splitAsStream(text).anyMatch(word -> word.length() >= MAX_LINE);
    }

    /// Inserts a space between list elements that are not separated by white space.
    private static String spaced(String text) {
        StringBuilder spaced = new StringBuilder(text.length() + 64);
        boolean quoted = false;
        boolean inAngles = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            spaced.append(c);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : '\r';
            if (quoted && c == '\\' && next != '\r') {
                spaced.append(text.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted) {
                inAngles = c == '<' || (inAngles && c != '>');
                if ((c == ',' && !inAngles && next > ' ') || (c == '>' && next == '<')) {
                    spaced.append(' ');
                }
            }
        }
        return spaced.toString();
    }

    /// Adds a line of the value, and folds it if necessary.
    private void add(String line) {
        if (lineLength + line.length() <= MAX_LINE) {
            append(line);
            return;
        }
        int at = 0;
        while (at < line.length()) {
            int word = endOf(line, at, true);
            int end = endOf(line, word, false);
            if (word < end) {
                add(line.substring(at, word), line.substring(word, end));
            }
            at = end;
        }
    }

    /// Adds a word with the white space before it. A line is never begun without a word, because a line of
    /// white space may end the header.
    private void add(String space, String word) {
        if (lineLength + space.length() + word.length() <= MAX_LINE) {
            append(space);
            append(word);
        } else if (word.length() < MAX_LINE) {
            endLine();
            append(space.isEmpty() || space.length() + word.length() > MAX_LINE ? " " : space);
            append(word);
        } else {
            decoded(word).ifPresentOrElse(this::addEncoded, () -> addBroken(word));
        }
    }

    private void addBroken(String word) {
        int at = 0;
        while (at < word.length()) {
            if (at > 0 || lineLength + 2 > MAX_LINE) {
                endLine();
            }
            append(" ");
            int end = Math.min(word.length(), at + MAX_LINE - lineLength);
            while (end < word.length() && end > at + 1 && isUtf8Continuation(word.charAt(end))) {
                end--;
            }
            append(word.substring(at, end));
            at = end;
        }
    }

    /// @return the text of an encoded word; empty if the word is not encoded, or cannot be decoded
    private static Optional<String> decoded(String word) {
        try {
            return ENCODED_WORD.matcher(word).matches() ? Optional.of(MimeUtility.decodeWord(word)) : Optional.empty();
        } catch (ParseException | UnsupportedEncodingException unreadable) {
            return Optional.empty();
        }
    }

    private void addEncoded(String text) {
        int at = 0;
        while (at < text.length()) {
            int end = at;
            for (int i = 0; i < MAX_ENCODED && end < text.length(); i++) {
                end += Character.charCount(text.codePointAt(end));
            }
            byte[] octets = text.substring(at, end).getBytes(StandardCharsets.UTF_8);
            add(" ", "=?UTF-8?B?" + Base64.getEncoder().encodeToString(octets) + "?=");
            at = end;
        }
    }

    private void append(String text) {
        folded.append(text);
        lineLength += text.length();
    }

    private void endLine() {
        if (lineLength > 0) {
            folded.append("\r\n");
            lineLength = 0;
        }
    }

    /// @return end of the white space, or of the word, that begins at this index
    private static int endOf(String line, int from, boolean whiteSpace) {
        int end = from;
        while (end < line.length() && (line.charAt(end) == ' ' || line.charAt(end) == '\t') == whiteSpace) {
            end++;
        }
        return end;
    }

    private static boolean isUtf8Continuation(char octet) {
        return (octet & 0xc0) == 0x80;
    }
}
