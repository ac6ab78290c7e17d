package org.o365relay.deliver.upstream;

/// Ends a delivery attempt or check that cannot continue; [#response()] contains the step and the cause. The
/// SMTP connection in use is closed.
public final class AttemptAbortedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Response response;

    public AttemptAbortedException(Response response) {
        super(response.reply().toString());
        this.response = response;
    }

    /// @return the response that ended the attempt: the upstream's or, if it sent none, one composed by the
    ///     relay
    public Response response() {
        return response;
    }
}
