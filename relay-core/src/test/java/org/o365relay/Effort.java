package org.o365relay;

/// How long tests search that repeat random rounds: a few rounds in every build, many with `mvn verify -Plong`.
public final class Effort {

    private static final boolean LONG = Boolean.getBoolean("tests.long");

    private Effort() {}

    public static boolean isLong() {
        return LONG;
    }

    /// @param usual rounds in every build
    /// @param all rounds with `-Plong`
    public static int rounds(int usual, int all) {
        return LONG ? all : usual;
    }
}
