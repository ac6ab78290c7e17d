package org.o365relay;

/// An assertion for loops with millions of rounds, where AssertJ would take most of the time.
public final class Invariant {

    private Invariant() {}

    /// @param otherwise what is wrong if the claim is false
    /// @throws AssertionError if the claim is false
    public static void hold(boolean claim, String otherwise, Object shown) {
        if (!claim) {
            throw new AssertionError(otherwise + ": " + shown);
        }
    }
}
