package org.o365relay.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Wraps and shortens text for display in plain-text messages.
final class LineWrapping {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{IsCc}\\p{IsZl}\\p{IsZp}\\s]+");

    // Diagnostics from Exchange contain words of hundreds of characters.
    private static final int MAX_WORD = 400;

    private LineWrapping() {}

    /// @return the text on one line, with each run of white space and control characters replaced by a space
    static String singleLine(String text) {
        return UNPRINTABLE.matcher(text).replaceAll(" ").strip();
    }

    /// @return the text, truncated to this number of characters; a truncated text ends with ` ...`
    static String truncated(String text, int length) {
        boolean fits = text.codePointCount(0, text.length()) <= length;
        return fits
                ? text
                : text.substring(0, text.offsetByCodePoints(0, length - 4)).strip() + " ...";
    }

    /// @return lines of at most `width` characters; a longer word is placed on its own line, and split after
    ///     every 400 characters
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : words(text)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : singleLine(text).split(" ", -1)) {
            String rest = word;
            while (rest.codePointCount(0, rest.length()) > MAX_WORD) {
                int end = rest.offsetByCodePoints(0, MAX_WORD);
                words.add(rest.substring(0, end));
                rest = rest.substring(end);
            }
            words.add(rest);
        }
        return words;
    }
}
