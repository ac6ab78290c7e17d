package org.o365relay.deliver;

import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict.Scope;

/// Determines from the step of a response what the response applies to, regardless of its text.
final class ResponseScope {

    private static final int TOO_MANY_REQUESTS = 429;

    private ResponseScope() {}

    /// Up to MAIL, a reply is about the upstream, except a reply to MAIL that concerns size or content (SIZE,
    /// SMTPUTF8).
    static boolean isAboutUpstream(Response response) {
        boolean beforeRcpt = response.step().compareTo(Step.RCPT) < 0;
        return beforeRcpt && !(response.step() == Step.MAIL && ReplySubject.isAboutContent(response.reply()));
    }

    /// A 429 response applies to all requests, even if the request was for a draft.
    static boolean isAboutDraft(Response response) {
        return response.origin() == Origin.GRAPH
                && response.step() == Step.CONTENT
                && response.reply().code() != TOO_MANY_REQUESTS;
    }

    static Scope of(Response response) {
        return response.step() == Step.RCPT ? Scope.RECIPIENT : Scope.MESSAGE;
    }
}
