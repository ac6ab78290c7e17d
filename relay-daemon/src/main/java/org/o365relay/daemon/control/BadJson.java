package org.o365relay.daemon.control;

/// JSON that does not say what it should.
final class BadJson extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final boolean unknown;

    /// @param message what is wrong with it, and where
    BadJson(String message) {
        this(message, false);
    }

    private BadJson(String message, boolean unknown) {
        super(message);
        this.unknown = unknown;
    }

    static BadJson unknown(String name) {
        return new BadJson("\"" + name + "\" is not known", true);
    }

    /// @return whether it says more than is understood: it is of a newer program
    boolean isUnknown() {
        return unknown;
    }
}
