package org.o365relay.deliver.graph;

import org.o365relay.deliver.Response;

/// The attempt cannot go on. Says why in the words of a response.
final class AttemptEnded extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    AttemptEnded(Response response) {
        super(response.reply().toString());
        this.response = response;
    }

    Response response() {
        return response;
    }
}
