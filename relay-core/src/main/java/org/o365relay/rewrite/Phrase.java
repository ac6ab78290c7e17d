package org.o365relay.rewrite;

import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.mail.EncodedWords;
import org.o365relay.rewrite.AddressToken.Kind;

/// Converts the words before an address to a display name (RFC 5322 §3.2.5).
final class Phrase {

    private Phrase() {}

    /// @return the decoded name, with single spaces between words; empty if there is none. Quotation marks and
    ///     parentheses are part of the name if there is other text (`First "M." Last`)
    static String name(List<AddressToken> phrase) {
        List<AddressToken> words =
                phrase.stream().filter(token -> !token.text().isBlank()).toList();
        boolean hasText = words.stream().anyMatch(word -> !word.is(Kind.QUOTED_STRING) && !word.is(Kind.COMMENT));
        boolean single = words.size() == 1;
        String text = phrase.stream().map(word -> text(word, single, hasText)).collect(Collectors.joining());
        return EncodedWords.decode(text).replaceAll("[\\s\\u00a0]+", " ").strip();
    }

    private static String text(AddressToken word, boolean single, boolean hasText) {
        return switch (word.kind()) {
            case QUOTED_STRING -> hasText ? '"' + word.content() + '"' : word.content();
            case COMMENT -> single ? word.content() : '(' + word.content() + ')';
            case TEXT -> withoutStrayQuotes(word.content());
            case ANGLE_ADDRESS, SEPARATOR -> word.content();
        };
    }

    /// Removes unmatched closing angle brackets, and unmatched quotation marks at the beginning or end of a
    /// word.
    private static String withoutStrayQuotes(String text) {
        return text.replace(">", "").replaceAll("(?<!\\S)\"|(?<=[^\\s\\d])\"(?!\\S)", "");
    }
}
