package org.o365relay.sandbox.entra;

/// Thrown if the token service refuses a request.
final class TokenRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    private final int number;

    /// @param number digits after `AADSTS`
    TokenRefusedException(int number) {
        super("AADSTS" + number);
        this.number = number;
    }

    int number() {
        return number;
    }
}
