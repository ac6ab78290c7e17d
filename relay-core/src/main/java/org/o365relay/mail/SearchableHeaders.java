package org.o365relay.mail;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The header fields that operators can search for, and a fingerprint of the whole content.
///
/// @param subject decoded and unfolded subject, safe to display, at most 200 characters; null if absent
/// @param messageId Message-ID with its angle brackets, not decoded, safe to display, at most 300 characters;
///     null if absent
/// @param fingerprint equal for messages with the same content apart from the fields that servers on the way
///     add, and otherwise different; null if there is no Message-ID or if the relay generated the message
public record SearchableHeaders(
        @Nullable String subject,
        @Nullable String messageId,
        @Nullable Long fingerprint) {

    /// No searchable fields.
    public static final SearchableHeaders NONE = new SearchableHeaders(null, null);

    // RFC 5322 §3.6.4, without quoted parts
    private static final Pattern VALID_ID = Pattern.compile("<(?<left>[\\w.!#$%&'*+/=?^`{|}~-]+)@(?<right>[\\w.-]+)>");

    private static final int MAX_SUBJECT = 200;
    private static final int MAX_MESSAGE_ID = 300;
    private static final int MAX_LINE = 900; // leaves room for the field name

    /// Maximum number of octets of a folded Message-ID with the white space around it. A longer one may be read
    /// only in part when the message is accepted, so that its length is unknown.
    private static final int MAX_FOLDED = 2_000;

    /// Maximum number of octets of a value that are read. It is larger than the limits above because an encoded
    /// word can be several times as long as its text.
    private static final int MAX_VALUE_OCTETS = 4_096;

    /// Header fields of content without a fingerprint.
    public SearchableHeaders(@Nullable String subject, @Nullable String messageId) {
        this(subject, messageId, null);
    }

    /// @return the same fields with a fingerprint, if there is a Message-ID
    public SearchableHeaders withFingerprint(long value) {
        return messageId == null ? this : new SearchableHeaders(subject, messageId, value);
    }

    /// Derives a new Message-ID from this one and the fingerprint, and from nothing else: a repeated message
    /// gets the same one again.
    ///
    /// @throws IllegalStateException if there is no Message-ID or no fingerprint
    public String derivedMessageId() {
        if (messageId == null || fingerprint == null) {
            throw new IllegalStateException("no Message-ID or no fingerprint");
        }
        return derivedMessageId(messageId, fingerprint);
    }

    /// @param number makes the new Message-ID different from others derived from the same one
    /// @return a new Message-ID that contains the given one if that is valid
    public static String derivedMessageId(String messageId, long number) {
        String suffix = HexFormat.of().toHexDigits(number);
        Matcher valid = VALID_ID.matcher(messageId);
        return valid.matches()
                ? "<" + valid.group("left") + "." + suffix + "@" + valid.group("right") + ">"
                : "<" + suffix + "@o365-relay>";
    }

    /// Extracts the first usable field of each name from the header of a message.
    public static SearchableHeaders of(byte[] message) {
        SearchableHeaders[] found = {NONE};
        HeaderParser parser = new HeaderParser(
                HeaderSizeLimit.RECEIVED,
                MAX_VALUE_OCTETS,
                (name, text) -> found[0] = found[0].or(name, text.substring(name.length() + 1)));
        parser.add(message, 0, message.length);
        parser.end();
        return found[0];
    }

    /// Adds the value of a field if it is one of these fields and has no value yet.
    ///
    /// @param value the value, which may be folded, one octet per character
    public SearchableHeaders or(String name, String value) {
        if (subject == null && name.equalsIgnoreCase("Subject")) {
            return new SearchableHeaders(subject(value), messageId);
        }
        if (messageId == null && name.equalsIgnoreCase("Message-ID") && isUsableMessageId(value)) {
            return new SearchableHeaders(subject, messageId(value));
        }
        return this;
    }

    /// @param value the value of a `Message-ID`, which may be folded, one octet per character
    /// @return whether the relay keeps this Message-ID: it contains a visible character, fits on a line without
    ///     the white space around it, and has at most 2,000 octets with it
    public static boolean isUsableMessageId(String value) {
        String line = value.replace("\r\n", "").strip();
        return value.length() <= MAX_FOLDED && line.length() <= MAX_LINE && messageId(line) != null;
    }

    private static @Nullable String subject(String value) {
        String raw = raw(value);
        return printable(raw.contains("=?") ? EncodedWords.decode(raw) : raw, MAX_SUBJECT);
    }

    private static @Nullable String messageId(String value) {
        return printable(raw(value), MAX_MESSAGE_ID);
    }

    private static String raw(String value) {
        String beginning = value.substring(0, Math.min(value.length(), MAX_VALUE_OCTETS));
        return RawText.of(beginning.getBytes(StandardCharsets.ISO_8859_1));
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
}
