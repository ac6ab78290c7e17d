package org.o365relay.daemon.setup;

/// Answers are missing or invalid, the secret file is empty or not used by the method, or the input ended
/// before the last answer. No file has been written.
public final class InvalidAnswersException extends Exception {

    private static final long serialVersionUID = 1;

    /// @param message message for the user; it lists every problem
    InvalidAnswersException(String message) {
        super(message);
    }
}
