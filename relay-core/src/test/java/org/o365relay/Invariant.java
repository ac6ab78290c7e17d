package org.o365relay;

/// An assertion for loops of millions, where AssertJ would be most of the time.
public final class Invariant {

    private Invariant() {}

    /// @param otherwise what is wrong if it does not hold
    /// @throws AssertionError if it does not
    public static void hold(boolean claim, String otherwise, Object shown) {
        if (!claim) {
            throw new AssertionError(otherwise + ": " + shown);
        }
    }
}
