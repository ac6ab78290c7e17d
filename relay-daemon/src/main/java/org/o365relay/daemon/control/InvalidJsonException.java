package org.o365relay.daemon.control;

/// JSON is malformed or does not have the expected members.
final class InvalidJsonException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final boolean unknownMember;

    /// @param message what is wrong, and where
    InvalidJsonException(String message) {
        this(message, false);
    }

    private InvalidJsonException(String message, boolean unknownMember) {
        super(message);
        this.unknownMember = unknownMember;
    }

    static InvalidJsonException unknownMember(String name) {
        return new InvalidJsonException("\"" + name + "\" is an unknown member", true);
    }

    /// @return whether the JSON has an unknown member, which suggests that another version of the program wrote
    ///     it
    boolean isUnknownMember() {
        return unknownMember;
    }
}
