package org.o365relay.rewrite;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;

/// Encodes text in header fields: encoded words (RFC 2047) and quoted strings.
final class EncodedText {

    private static final int MAX_COLUMN = 77; // leaves room for a comma
    private static final String ATOM_SPECIALS = "!#$%&'*+-/=?^_`{|}~";

    private EncodedText() {}

    /// @return a folded field that contains these mailboxes, one octet per character
    static RawField addressField(String name, List<HeaderMailbox> mailboxes) {
        String value = mailboxes.stream()
                .map(entry -> mailbox(entry.name(), entry.address().orElseThrow()))
                .collect(Collectors.joining(", "));
        return RawField.of(name, MimeUtility.fold(name.length() + 2, value));
    }

    /// @return a field that contains these members of an address list, folded only between them, never inside a
    ///     quoted local part
    static RawField listField(String name, List<String> members) {
        StringBuilder value = new StringBuilder();
        int column = name.length() + 2;
        for (String member : members) {
            if (!value.isEmpty()) {
                boolean fits = column + 2 + member.length() <= MAX_COLUMN;
                value.append(fits ? ", " : ",\r\n ");
                column = fits ? column + 2 : 1;
            }
            value.append(member);
            column += member.length();
        }
        return RawField.of(name, value.toString());
    }

    /// @return the address in UTF-8 (RFC 6532 §3.2), one octet per character
    static String octets(EmailAddress address) {
        return new String(address.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// @return the mailbox, one octet per character
    static String mailbox(String name, EmailAddress address) {
        String angleAddress = "<" + octets(wellFormed(address)) + ">";
        return name.isEmpty() ? angleAddress : phrase(name) + " " + angleAddress;
    }

    /// Quotes a local part with leading, trailing or consecutive dots, which some devices use
    /// (RFC 5322 §3.4.1), and converts the domain to A-labels (RFC 5890 §2.3.2.1) if that makes the address
    /// US-ASCII.
    private static EmailAddress wellFormed(EmailAddress address) {
        String text = address.localPart();
        boolean needsQuotes = text.startsWith(".") || text.endsWith(".") || text.contains("..");
        EmailAddress ascii = new EmailAddress(
                needsQuotes && !text.startsWith("\"") ? '"' + text + '"' : text,
                new EmailAddress("", address.domain()).isAscii()
                        ? address.domain()
                        : new Domain(address.domain()).name());
        return ascii.isAscii() ? ascii : new EmailAddress(ascii.localPart(), address.domain());
    }

    /// @return the words of a phrase (RFC 5322 §3.2.5) for this name
    static String phrase(String name) {
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
