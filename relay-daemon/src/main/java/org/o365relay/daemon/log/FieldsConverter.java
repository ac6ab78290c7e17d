package org.o365relay.daemon.log;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.VisibleText;
import org.slf4j.event.KeyValuePair;

/// The conversion word `%fields`: the key-value pairs of an event, each as ` key=value`. Unlike Logback's
/// `%kvp`, it escapes the values, so that untrusted text can neither end the line, forge a key nor control a
/// terminal. A value is quoted if it is empty or contains white space, `=`, `"`, `\` or a character outside
/// visible ASCII.
public final class FieldsConverter extends ClassicConverter {

    /// @return the pairs, each preceded by a space; empty if the event has none
    @Override
    public String convert(ILoggingEvent event) {
        @Nullable List<KeyValuePair> pairs = event.getKeyValuePairs();
        if (pairs == null) {
            return "";
        }
        StringBuilder text = new StringBuilder(200);
        for (KeyValuePair pair : pairs) {
            text.append(' ').append(pair.key).append('=');
            append(String.valueOf(pair.value), text);
        }
        return text.toString();
    }

    private static void append(String value, StringBuilder text) {
        if (needsNoQuotes(value)) {
            text.append(value);
            return;
        }
        text.append('"');
        value.codePoints().forEach(point -> appendEscaped(point, text));
        text.append('"');
    }

    private static boolean needsNoQuotes(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=') {
                return false;
            }
        }
        return !value.isEmpty();
    }

    private static void appendEscaped(int point, StringBuilder text) {
        if (point == '"' || point == '\\') {
            text.append('\\').appendCodePoint(point);
        } else if (VisibleText.isSafe(point)) {
            text.appendCodePoint(point);
        } else {
            for (char c : Character.toChars(point)) {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
    }
}
