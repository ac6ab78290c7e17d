package org.o365relay.notice;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.ResourceBundle.Control;

/// The sentences of notices in one language, kept in `words.properties` and its translations. `{name}` in them
/// stands for what the letter is about.
final class NoticeTexts {

    private static final String BUNDLE = "org.o365relay.notice.words";

    private final ResourceBundle sentences;
    private final DateTimeFormatter time;
    private final ZoneId zone;

    /// @param zone whose time the readers' clocks show
    NoticeTexts(Language language, ZoneId zone) {
        this.sentences = sentences(language.locale());
        // English is the one language whose names of months every runtime has: others write numbers
        this.time = DateTimeFormatter.ofPattern(sentences.getString("time"), Locale.ENGLISH);
        this.zone = zone;
    }

    /// The root is English: never the language of the machine instead.
    static ResourceBundle sentences(Locale locale) {
        return ResourceBundle.getBundle(BUNDLE, locale, Control.getNoFallbackControl(Control.FORMAT_PROPERTIES));
    }

    /// @param pairs a name and what to put in its place, one after the other
    String text(String key, String... pairs) {
        String sentence = sentences.getString(key);
        StringBuilder said = new StringBuilder();
        int at = 0;
        for (int open = sentence.indexOf('{'); open >= 0; open = sentence.indexOf('{', at)) {
            int close = sentence.indexOf('}', open);
            said.append(sentence, at, open).append(value(sentence.substring(open + 1, close), pairs));
            at = close + 1;
        }
        return said.append(sentence, at, sentence.length()).toString();
    }

    private static String value(String name, String... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return pairs[i + 1];
            }
        }
        throw new IllegalArgumentException("nothing is said of {" + name + "}");
    }

    /// @return date and time where the relay is, and how far that is from UTC
    String time(Instant instant) {
        ZoneOffset offset = zone.getRules().getOffset(instant);
        String fromUtc = offset.getTotalSeconds() == 0 ? "" : offset.getId();
        return time.format(instant.atZone(zone)) + " (UTC" + fromUtc + ")";
    }
}
