package org.o365relay.sandbox.demo;

import java.util.ArrayList;
import java.util.List;

/// Formats text for the terminal.
///
/// @param colors whether the terminal supports ANSI colors
/// @param symbols whether the terminal's character set contains box-drawing characters and check marks
public record TerminalStyle(boolean colors, boolean symbols) {

    String bold(String text) {
        return styled("1", text);
    }

    String faint(String text) {
        return styled("2", text);
    }

    String good(String text) {
        return styled("32", (symbols ? "✔ " : "ok ") + text);
    }

    String bad(String text) {
        return styled("31", (symbols ? "✘ " : "!! ") + text);
    }

    String rule(int width) {
        return (symbols ? "─" : "-").repeat(width);
    }

    /// Replaces ASCII control characters with question marks and breaks the text into lines of at most `width`
    /// characters, at spaces where possible.
    ///
    /// @return one or more lines
    static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        String rest = text.replaceAll("\\p{Cntrl}", "?").strip();
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            int end = blank > 0 ? blank : width;
            lines.add(rest.substring(0, end));
            rest = rest.substring(end).strip();
        }
        lines.add(rest);
        return lines;
    }

    private String styled(String code, String text) {
        return colors ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
