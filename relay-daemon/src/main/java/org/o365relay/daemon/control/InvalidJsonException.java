package org.o365relay.daemon.control;

/// JSON that does not say what it should.
final class InvalidJsonException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final boolean unknownMember;

    /// @param message what is wrong with it, and where
    InvalidJsonException(String message) {
        this(message, false);
    }

    private InvalidJsonException(String message, boolean unknown) {
        super(message);
        this.unknownMember = unknown;
    }

    static InvalidJsonException unknownMember(String name) {
        return new InvalidJsonException("\"" + name + "\" is not known", true);
    }

    /// @return whether it says more than is understood: it is of a newer program
    boolean isUnknownMember() {
        return unknownMember;
    }
}
