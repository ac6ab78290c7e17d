package org.o365relay;

/// Thrown if the relay cannot carry out an operator's command. The message gives the reason and is shown to the
/// operator.
public final class OperationException extends Exception {

    private static final long serialVersionUID = 1;

    OperationException(String message) {
        super(message);
    }
}
