package org.o365relay.notice;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.ResourceBundle.Control;

/// The texts of notices in one language, from `words.properties` and its translations. `{name}` in a text is a
/// placeholder.
final class NoticeTexts {

    private static final String BUNDLE = "org.o365relay.notice.words";

    private final ResourceBundle bundle;
    private final DateTimeFormatter time;
    private final ZoneId zone;

    /// @param zone time zone for the times in notices
    NoticeTexts(Language language, ZoneId zone) {
        this.bundle = bundle(language.locale());
        // a reduced Java runtime has month names only in English; the other languages use numbers
        this.time = DateTimeFormatter.ofPattern(bundle.getString("time"), Locale.ENGLISH);
        this.zone = zone;
    }

    /// Falls back to English, never to the default locale of the machine.
    static ResourceBundle bundle(Locale locale) {
        return ResourceBundle.getBundle(BUNDLE, locale, Control.getNoFallbackControl(Control.FORMAT_PROPERTIES));
    }

    /// @param pairs placeholder names, each followed by its value
    String text(String key, String... pairs) {
        String template = bundle.getString(key);
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
            int close = template.indexOf('}', open);
            text.append(template, at, open).append(value(template.substring(open + 1, close), pairs));
            at = close + 1;
        }
        return text.append(template, at, template.length()).toString();
    }

    private static String value(String name, String... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return pairs[i + 1];
            }
        }
        throw new IllegalArgumentException("no value for {" + name + "}");
    }

    /// @return local date and time with the UTC offset
    String time(Instant instant) {
        ZoneOffset offset = zone.getRules().getOffset(instant);
        String fromUtc = offset.getTotalSeconds() == 0 ? "" : offset.getId();
        return time.format(instant.atZone(zone)) + " (UTC" + fromUtc + ")";
    }
}
