package org.o365relay.daemon.sandbox.entra;

/// No token for this request.
final class TokenRefusedException extends Exception {

    private static final long serialVersionUID = 1;

    private final int number;

    /// @param number the AADSTS number
    TokenRefusedException(int number) {
        super("AADSTS" + number);
        this.number = number;
    }

    int number() {
        return number;
    }
}
