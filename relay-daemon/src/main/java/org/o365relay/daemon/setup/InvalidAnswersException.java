package org.o365relay.daemon.setup;

/// Required answers are missing or invalid. No file has been written.
public final class InvalidAnswersException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param message all missing and invalid answers, for the user
    InvalidAnswersException(String message) {
        super(message);
    }
}
