package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;

/// How there is room to show things, and when it is.
///
/// @param width columns of the terminal; [#UNLIMITED] if there is none, and nothing is to be cut
public record Layout(Times times, int width) {

    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// Beyond that nobody finds the next line.
    private static final int MAX_READABLE_WIDTH = 110;

    /// @param indent columns that stay blank
    /// @param column where the text begins, behind the label
    /// @return the text behind its label, in as many lines as it needs; none if it is empty
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
