package org.o365relay;

/// An operator's command that the relay cannot carry out. The message says why and is shown to the operator.
public final class OperationException extends Exception {

    private static final long serialVersionUID = 1;

    OperationException(String message) {
        super(message);
    }
}
