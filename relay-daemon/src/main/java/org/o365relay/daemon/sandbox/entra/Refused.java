package org.o365relay.daemon.sandbox.entra;

/// No token for this request.
final class Refused extends Exception {

    private static final long serialVersionUID = 1;

    private final int number;

    /// @param number the AADSTS number
    Refused(int number) {
        super("AADSTS" + number);
        this.number = number;
    }

    int number() {
        return number;
    }
}
