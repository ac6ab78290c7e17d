package org.o365relay.daemon.setup;

/// Required answers are missing or invalid. No file has been written.
public final class InvalidAnswersException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param message message for the user that lists all missing and invalid answers
    InvalidAnswersException(String message) {
        super(message);
    }
}
