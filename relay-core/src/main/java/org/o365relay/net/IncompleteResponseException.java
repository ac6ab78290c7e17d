package org.o365relay.net;

import java.net.http.HttpTimeoutException;

/// A response began, but was not complete within the time limit of the request.
final class IncompleteResponseException extends HttpTimeoutException {

    private static final long serialVersionUID = 1L;

    IncompleteResponseException() {
        super("the response is incomplete");
    }
}
