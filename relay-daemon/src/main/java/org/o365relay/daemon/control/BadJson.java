package org.o365relay.daemon.control;

/// JSON that does not say what it should.
final class BadJson extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /// @param message what is wrong with it, and where
    BadJson(String message) {
        super(message);
    }
}
