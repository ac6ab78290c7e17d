package org.o365relay.net;

import java.io.IOException;

/// A response body exceeds the [BodyLimit] of its request. The message names the server and the limit.
public final class ResponseTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    ResponseTooLargeException(String host, BodyLimit limit) {
        super("the response from " + host + " is larger than " + limit);
    }
}
