package org.o365relay;

/// The number of rounds in randomized tests: a few in every build, many with `mvn verify -Plong`.
public final class Effort {

    private static final boolean LONG = Boolean.getBoolean("tests.long");

    private Effort() {}

    public static boolean isLong() {
        return LONG;
    }

    /// @param usual number of rounds in every build
    /// @param all number of rounds with `-Plong`
    public static int rounds(int usual, int all) {
        return LONG ? all : usual;
    }
}
