package org.o365relay.daemon.setup;

import java.util.List;

/// Breaks text into lines for a terminal of 80 columns.
final class SetupText {

    private SetupText() {}

    static List<String> wrapped(String text) {
        return text.replaceAll("(.{1,78})(?:\\s+|$)", "$1\n").strip().lines().toList();
    }
}
