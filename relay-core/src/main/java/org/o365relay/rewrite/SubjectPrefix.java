package org.o365relay.rewrite;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.RawText;

/// Adds a prefix to a subject, unless the subject already begins with it, possibly after words such as `Re:`.
final class SubjectPrefix {

    static final String SUBJECT = "Subject";

    // Re: Re[2]: AW: Fwd: Antwort: TR :
    private static final Pattern MARKER =
            Pattern.compile("[\\p{L}\\p{M}]{1,12}(?:[\\[(^]\\d{1,3}[])]?)?\\s{0,2}[:\uFF1A]\\s*");

    private final String prefix;

    SubjectPrefix(String prefix) {
        this.prefix = prefix;
    }

    /// @return the field for a message without a subject
    RawField alone() {
        return RawField.of(SUBJECT, encoded(prefix));
    }

    /// @return the field with the prefix; its own text, folding included, stays byte-identical
    RawField before(RawField subject) {
        if (subject.isEmpty()) {
            return alone();
        }
        if (isIn(decoded(subject.value()))) {
            return subject;
        }
        String text = subject.text().substring(subject.text().indexOf(':') + 1).strip();
        // White space between encoded words is not shown (RFC 2047 §6.2), so it becomes part of the first one.
        // A line with an encoded word should have at most 76 characters.
        return RawField.of(
                subject.name(),
                text.startsWith("=?") ? encoded(prefix, " ") + "\r\n " + text : encoded(prefix) + " " + text);
    }

    private static String decoded(String value) {
        return EncodedWords.decode(RawText.of(value.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private boolean isIn(String subject) {
        String rest = subject.strip();
        while (!begins(rest)) {
            Matcher marker = MARKER.matcher(rest);
            if (!marker.lookingAt()) {
                return false;
            }
            rest = rest.substring(marker.end());
        }
        return true;
    }

    private boolean begins(String subject) {
        if (!subject.startsWith(prefix)) {
            return false;
        }
        boolean endsInWord = Character.isLetterOrDigit(prefix.codePointBefore(prefix.length()));
        return subject.length() == prefix.length()
                || !endsInWord
                || !Character.isLetterOrDigit(subject.codePointAt(prefix.length()));
    }

    private static String encoded(String text) {
        return encoded(text, "");
    }

    /// @param end white space after the text, added only if the text becomes an encoded word
    private static String encoded(String text, String end) {
        try {
            boolean isAscii = text.chars().allMatch(c -> c < 0x80);
            return isAscii ? text : MimeUtility.encodeWord(text + end, "UTF-8", null);
        } catch (UnsupportedEncodingException everyJavaHasUtf8) {
            throw new IllegalStateException(everyJavaHasUtf8);
        }
    }
}
