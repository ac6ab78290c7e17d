package org.o365relay.mail;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Optional;

/// Converts labels of domain names to A-labels (RFC 5890 §2.3.2.1).
///
/// The allowed characters are those of IDNA 2008 (RFC 5892 §2), without its rules for right-to-left text
/// and for mixing digits of two scripts. Before the conversion, upper case becomes lower case and
/// decomposed characters are composed (RFC 5895 §2). No other character is mapped: `ß` is not converted to
/// `ss`, and `ſ` and full-width letters are refused instead of being converted to ASCII.
final class DomainLabel {

    private static final String PREFIX = "xn--";

    /// Lower-case letters that share their upper case with another letter. They are allowed, and are not
    /// converted to the other letter.
    private static final String NOT_FOLDED = "\u0131\u03C2";

    private static final char ZERO_WIDTH_NON_JOINER = '\u200C';
    private static final char ZERO_WIDTH_JOINER = '\u200D';
    private static final char MIDDLE_DOT = '\u00B7';
    private static final char KATAKANA_MIDDLE_DOT = '\u30FB';

    private DomainLabel() {}

    /// @return the label in lower case, as an A-label if it contains non-ASCII characters; empty if the text is
    ///     not a label: it is empty or contains a character that is not allowed. An underscore is allowed; the
    ///     length is not limited
    static Optional<String> normalized(String label) {
        String lower = AsciiCase.lower(label);
        if (AsciiCase.isAscii(lower)) {
            return !lower.isEmpty() && lower.chars().allMatch(DomainLabel::isAsciiCharacter)
                    ? Optional.of(lower)
                    : Optional.empty();
        }
        if (lower.codePoints().anyMatch(DomainLabel::isReplacedByNfc)) {
            return Optional.empty();
        }
        int[] mapped = lower.codePoints().map(DomainLabel::lowerCase).toArray();
        String composed = Normalizer.normalize(new String(mapped, 0, mapped.length), Normalizer.Form.NFC);
        return isUnicodeLabel(composed.codePoints().toArray())
                ? Optional.of(PREFIX + Punycode.encode(composed))
                : Optional.empty();
    }

    /// @return whether an A-label in lower case may contain the character
    static boolean isAsciiCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /// Tests for a character that NFC replaces: the Kelvin sign, for example, would become the letter K.
    private static boolean isReplacedByNfc(int point) {
        return !Normalizer.isNormalized(Character.toString(point), Normalizer.Form.NFC);
    }

    /// @return the lower-case form of an upper-case letter, unless that form is ASCII or its upper case is a
    ///     different letter; otherwise the character itself
    private static int lowerCase(int point) {
        int folded = folded(point);
        return Character.isUpperCase(point) && folded >= 0x80 && Character.toUpperCase(folded) == point
                ? folded
                : point;
    }

    /// Folds case as Unicode does: to lower case, but Cherokee to upper case.
    private static int folded(int point) {
        int upper = Character.toUpperCase(point);
        return UnicodeScript.of(point) == UnicodeScript.CHEROKEE ? upper : Character.toLowerCase(upper);
    }

    private static boolean isUnicodeLabel(int[] points) {
        if (isMark(points[0])) {
            return false; // RFC 5891 §4.2.3.2
        }
        for (int i = 0; i < points.length; i++) {
            if (!(points[i] < 0x80 ? isAsciiCharacter(points[i]) : isLetter(points[i]) || isAllowedIn(points, i))) {
                return false;
            }
        }
        return true;
    }

    // RFC 5892 §2
    private static boolean isLetter(int point) {
        boolean stable = Normalizer.isNormalized(Character.toString(point), Normalizer.Form.NFKC)
                && (folded(point) == point || NOT_FOLDED.indexOf(point) >= 0);
        return stable && (Character.isLetterOrDigit(point) || isMark(point)) && !isInvisible(point) && !isJamo(point);
    }

    private static boolean isMark(int point) {
        int type = Character.getType(point);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    /// Tests for the letters and marks that are ignored when text is displayed.
    private static boolean isInvisible(int point) {
        return point == 0x034F
                || point == 0x115F
                || point == 0x1160
                || point == 0x17B4
                || point == 0x17B5
                || (point >= 0x180B && point <= 0x180F)
                || (point >= 0xFE00 && point <= 0xFE0F)
                || (point >= 0xE0100 && point <= 0xE01EF);
    }

    /// Tests for parts of Korean syllables. After composition, only archaic syllables still contain them.
    private static boolean isJamo(int point) {
        return (point >= 0x1100 && point <= 0x11FF)
                || (point >= 0xA960 && point <= 0xA97F)
                || (point >= 0xD7B0 && point <= 0xD7FF);
    }

    // RFC 5892 §A: these characters are allowed only where they change what is displayed. The zero-width
    // non-joiner is allowed after every Arabic letter, even one that does not join.
    private static boolean isAllowedIn(int[] points, int at) {
        return switch (points[at]) {
            case ZERO_WIDTH_JOINER -> at > 0 && isMarkOfScript(points[at - 1]);
            case ZERO_WIDTH_NON_JOINER -> at > 0 && (isMarkOfScript(points[at - 1]) || isArabic(points[at - 1]));
            case MIDDLE_DOT -> at > 0 && at + 1 < points.length && points[at - 1] == 'l' && points[at + 1] == 'l';
            case KATAKANA_MIDDLE_DOT -> hasJapanese(points);
            default -> false;
        };
    }

    /// Tests for a mark that belongs to one script, such as a virama, unlike an accent.
    private static boolean isMarkOfScript(int point) {
        return isMark(point) && UnicodeScript.of(point) != UnicodeScript.INHERITED;
    }

    private static boolean isArabic(int point) {
        return UnicodeScript.of(point) == UnicodeScript.ARABIC;
    }

    private static boolean hasJapanese(int[] points) {
        for (int point : points) {
            UnicodeScript script = UnicodeScript.of(point);
            if (script == UnicodeScript.HIRAGANA || script == UnicodeScript.KATAKANA || script == UnicodeScript.HAN) {
                return true;
            }
        }
        return false;
    }
}
