package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;

/// The terminal width and the time format of text output.
///
/// @param times formats times
/// @param width width of the terminal, in columns; [#UNLIMITED] to truncate nothing
public record Layout(Times times, int width) {

    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// Maximum width of lines with wrapped text, in columns, however wide the terminal is.
    private static final int MAX_READABLE_WIDTH = 110;

    /// @param indent number of blank columns before the label
    /// @param column column at which the text begins
    /// @return the label and the text, wrapped; no lines if the text is empty
    public List<String> labelled(int indent, int column, String label, String text) {
        List<String> lines = new ArrayList<>();
        if (text.isEmpty()) {
            return lines;
        }
        String before = " ".repeat(indent) + label;
        int room = Math.max(Math.min(width, MAX_READABLE_WIDTH) - column, 20);
        for (String line : TerminalText.wrapped(text, room)) {
            lines.add(before + " ".repeat(Math.max(column - before.length(), 1)) + line);
            before = "";
        }
        return lines;
    }
}
