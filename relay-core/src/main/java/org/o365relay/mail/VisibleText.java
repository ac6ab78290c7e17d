package org.o365relay.mail;

/// Decides which characters of untrusted text are safe to display.
public final class VisibleText {

    private VisibleText() {}

    /// @return false for control and format characters (U+202E reverses the rest of a line), line separators,
    ///     lone surrogates, and private-use and unassigned characters
    public static boolean isSafe(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
