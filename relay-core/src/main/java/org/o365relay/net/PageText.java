package org.o365relay.net;

import java.util.Locale;

/// The text of an HTML page, such as the error page of a proxy.
public final class PageText {

    private static final int MAX_PAGE = 64 * 1024;

    private PageText() {}

    /// Replaces tags, scripts and style sheets by spaces. Takes time proportional to the length of the page,
    /// whatever it contains.
    ///
    /// @param page a page or plain text; only its first 64 Ki characters are used
    public static String of(String page) {
        String shown = page.substring(0, Math.min(MAX_PAGE, page.length()));
        String lower = shown.toLowerCase(Locale.ROOT);
        if (lower.length() != shown.length()) { // then positions differ
            lower = shown;
        }
        StringBuilder text = new StringBuilder();
        int position = 0;
        while (position < shown.length()) {
            int tag = shown.indexOf('<', position);
            int end = tag < 0 ? -1 : endOf(lower, tag);
            if (end < 0) {
                return text.append(shown, position, shown.length()).toString();
            }
            text.append(shown, position, tag).append(' ');
            position = end;
        }
        return text.toString();
    }

    /// @return position after the tag and, for a script or style sheet, after its content; the end of the page
    ///     if the content does not end; -1 if the tag does not end
    private static int endOf(String page, int tag) {
        for (String name : new String[] {"script", "style"}) {
            if (page.startsWith(name, tag + 1)) {
                int end = page.indexOf("</" + name, tag);
                return end < 0 ? page.length() : afterTag(page, end);
            }
        }
        return afterTag(page, tag);
    }

    private static int afterTag(String page, int tag) {
        int end = page.indexOf('>', tag);
        return end < 0 ? -1 : end + 1;
    }
}
