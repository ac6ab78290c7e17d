package org.o365relay.daemon.setup;

/// What has to be known is not known. Nothing has been written.
public final class InvalidAnswersException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param message what is missing or wrong, all of it, for people
    InvalidAnswersException(String message) {
        super(message);
    }
}
