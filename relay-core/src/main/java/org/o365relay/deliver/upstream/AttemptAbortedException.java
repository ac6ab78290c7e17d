package org.o365relay.deliver.upstream;

/// Ends a delivery attempt or check that cannot continue; [#response()] says at which step and why. The
/// connection in use is closed.
public final class AttemptAbortedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    public AttemptAbortedException(Response response) {
        super(response.reply().toString());
        this.response = response;
    }

    /// @return what ended the attempt, in place of the upstream's reply
    public Response response() {
        return response;
    }
}
