package org.o365relay.rewrite;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.mail.EmailAddress;

/// Encodes and decodes text in header fields: encoded words (RFC 2047) and quoted strings.
final class EncodedText {

    private static final int MAX_COLUMN = 77; // leaves room for a comma
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private EncodedText() {}

    /// @return the text with encoded words decoded; the unchanged text if a charset is unknown
    static String decode(String text) {
        try {
            return MimeUtility.decodeText(text);
        } catch (UnsupportedEncodingException unknownCharset) {
            return text;
        }
    }

    /// @return a folded field that contains these mailboxes, one octet per character
    static RawField addressField(String name, List<HeaderMailbox> mailboxes) {
        String value = mailboxes.stream()
                .map(entry -> mailbox(entry.name(), entry.address().orElseThrow()))
                .collect(Collectors.joining(", "));
        return RawField.of(name, MimeUtility.fold(name.length() + 2, value));
    }

    /// Like [#addressField], but folds only between mailboxes, never inside a quoted local part.
    static RawField listField(String name, List<HeaderMailbox> mailboxes) {
        StringBuilder value = new StringBuilder();
        int column = name.length() + 2;
        for (HeaderMailbox entry : mailboxes) {
            String mailbox = mailbox(entry.name(), entry.address().orElseThrow());
            if (!value.isEmpty()) {
                boolean fits = column + 2 + mailbox.length() <= MAX_COLUMN;
                value.append(fits ? ", " : ",\r\n ");
                column = fits ? column + 2 : 1;
            }
            value.append(mailbox);
            column += mailbox.length();
        }
        return RawField.of(name, value.toString());
    }

    /// @return the address in UTF-8 (RFC 6532 §3.2), one octet per character
    static String octets(EmailAddress address) {
        return new String(address.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String mailbox(String name, EmailAddress address) {
        String angleAddress = "<" + octets(quotedIfNeeded(address)) + ">";
        return name.isEmpty() ? angleAddress : phrase(name) + " " + angleAddress;
    }

    /// Quotes a local part with leading, trailing or consecutive dots, which some devices use
    /// (RFC 5322 §3.4.1).
    private static EmailAddress quotedIfNeeded(EmailAddress address) {
        String text = address.localPart();
        boolean needsQuotes = text.startsWith(".") || text.endsWith(".") || text.contains("..");
        return needsQuotes && !text.startsWith("\"") ? new EmailAddress('"' + text + '"', address.domain()) : address;
    }

    private static String phrase(String name) {
        if (!name.chars().allMatch(c -> c < 0x80)) {
            return encodedWords(name);
        }
        return name.chars().allMatch(EncodedText::isAtomOrBlank)
                ? name
                : '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String encodedWords(String name) {
        try {
            return MimeUtility.encodeWord(name, "UTF-8", null);
        } catch (UnsupportedEncodingException everyJavaHasUtf8) {
            throw new IllegalStateException(everyJavaHasUtf8);
        }
    }

    // RFC 5322 §3.2.3
    private static boolean isAtomOrBlank(int c) {
        return c == ' ' || (c < 0x80 && Character.isLetterOrDigit(c)) || ATOM_SPECIALS.indexOf(c) >= 0;
    }
}
