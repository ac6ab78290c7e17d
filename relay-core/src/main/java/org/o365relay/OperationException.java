package org.o365relay;

/// What an operator asked for makes no sense to this relay. The message says why, in words for the operator.
public final class OperationException extends Exception {

    private static final long serialVersionUID = 1;

    OperationException(String message) {
        super(message);
    }
}
