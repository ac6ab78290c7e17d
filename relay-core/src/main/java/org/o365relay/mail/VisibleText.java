package org.o365relay.mail;

/// What may be shown of text that comes from outside.
public final class VisibleText {

    private VisibleText() {}

    /// @return false for characters that a terminal may act upon (U+202E shows the rest of a line backwards), or that
    ///     end a line
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
