package org.o365relay.mail;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The header fields that operators can search for.
///
/// @param subject decoded and unfolded subject, safe to display, at most 200 characters; null if absent
/// @param messageId Message-ID with its angle brackets, not decoded, safe to display, at most 300 characters;
///     null if absent
public record SearchableHeaders(
        @Nullable String subject, @Nullable String messageId) {

    /// No searchable fields.
    public static final SearchableHeaders NONE = new SearchableHeaders(null, null);

    private static final int MAX_SUBJECT = 200;
    private static final int MAX_MESSAGE_ID = 300;

    /// Maximum number of octets of a value that are read. It is larger than the limits above because an encoded
    /// word can be several times as long as its text.
    private static final int MAX_VALUE_OCTETS = 4_096;

    private static final byte[] SUBJECT = "subject:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MESSAGE_ID = "message-id:".getBytes(StandardCharsets.US_ASCII);

    /// Extracts both fields from a message that the relay generated: the header fields are valid, and all lines
    /// end with CRLF.
    public static SearchableHeaders of(byte[] message) {
        String subject = null;
        String messageId = null;
        int line = 0;
        while (line < message.length && message[line] != '\r') {
            int end = fieldEnd(message, line);
            if (subject == null && begins(message, line, SUBJECT)) {
                subject = subject(message, line + SUBJECT.length, end);
            } else if (messageId == null && begins(message, line, MESSAGE_ID)) {
                messageId = messageId(message, line + MESSAGE_ID.length, end);
            }
            line = end;
        }
        return new SearchableHeaders(subject, messageId);
    }

    /// @param from index of the first octet of the value
    /// @param to index after the last octet of the value, which may be folded
    /// @return the decoded and unfolded value, truncated to 200 characters; null if it is empty
    public static @Nullable String subject(byte[] octets, int from, int to) {
        String raw = raw(octets, from, to);
        return printable(raw.contains("=?") ? decoded(raw) : raw, MAX_SUBJECT);
    }

    /// Like [#subject], but does not decode the value and truncates it to 300 characters.
    public static @Nullable String messageId(byte[] octets, int from, int to) {
        return printable(raw(octets, from, to), MAX_MESSAGE_ID);
    }

    private static String raw(byte[] octets, int from, int to) {
        return RawText.of(Arrays.copyOfRange(octets, from, Math.min(to, from + MAX_VALUE_OCTETS)));
    }

    private static String decoded(String raw) {
        try {
            return MimeUtility.decodeText(raw);
        } catch (UnsupportedEncodingException unknownCharset) {
            return raw;
        }
    }

    /// Replaces control characters and removes line endings and other unsafe characters. Removing line endings
    /// unfolds the value: the space at the start of the continuation line remains.
    private static @Nullable String printable(String text, int maxLength) {
        StringBuilder shown = new StringBuilder(Math.min(text.length(), maxLength));
        int at = 0;
        while (at < text.length()) {
            int character = text.codePointAt(at);
            at += Character.charCount(character);
            int kept = controlPicture(character == '\t' ? ' ' : character);
            if (VisibleText.isSafe(kept) && !(kept == ' ' && shown.isEmpty())) {
                if (shown.length() + Character.charCount(kept) > maxLength) {
                    break;
                }
                shown.appendCodePoint(kept);
            }
        }
        String stripped = shown.toString().stripTrailing();
        return stripped.isEmpty() ? null : stripped;
    }

    /// Replaces a control character with a visible character, for example ESC with U+241B. Returns CR, LF and
    /// all other characters unchanged; the caller removes CR and LF to unfold the value.
    private static int controlPicture(int character) {
        if (character == '\r' || character == '\n') {
            return character;
        }
        if (character < ' ') {
            return 0x2400 + character;
        }
        return character == 0x7f ? 0x2421 : Character.isISOControl(character) ? '?' : character;
    }

    private static int fieldEnd(byte[] message, int from) {
        int at = from;
        do {
            while (at < message.length && message[at] != '\n') {
                at++;
            }
            at = Math.min(at + 1, message.length);
        } while (at < message.length && (message[at] == ' ' || message[at] == '\t'));
        return at;
    }

    private static boolean begins(byte[] message, int at, byte[] lowerCase) {
        if (message.length - at < lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (Character.toLowerCase(message[at + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }
}
