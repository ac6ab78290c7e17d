package org.o365relay.deliver;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Reply;

/// What came back for one recipient in one attempt. Carries no judgement; [FailurePolicy] judges.
///
/// @param step how far the attempt got
/// @param reply what the upstream said, or, if [#origin] is not the upstream, what the relay says in its place
/// @param origin who speaks
/// @param reportsSuccess whether the upstream knows that the sender wants to hear of success, and will tell it
///     (RFC 3461 §5.2.1)
/// @param retryAfter for how long the upstream has asked to be left alone (RFC 9110 §10.2.3); null if it has not
public record Response(
        Step step,
        Reply reply,
        Origin origin,
        boolean reportsSuccess,
        @Nullable Duration retryAfter) {

    // Graph has sent messages and then answered with one of these
    private static final Set<Integer> MAY_HAVE_SENT = Set.of(500, 502, 503, 504);

    public Response(Step step, Reply reply, Origin origin) {
        this(step, reply, origin, false);
    }

    public Response(Step step, Reply reply, Origin origin, boolean promisesReport) {
        this(step, reply, origin, promisesReport, null);
    }

    /// @return the same, from somebody who asks to be left alone
    public Response withRetryAfter(Duration time) {
        return new Response(step, reply, origin, reportsSuccess, time);
    }

    /// The steps of an attempt, in their order.
    public enum Step {
        /// DNS and TCP.
        CONNECT,
        GREETING,
        EHLO,
        STARTTLS,
        AUTH,
        MAIL,
        RCPT,
        /// DATA and the content up to the final dot.
        CONTENT,
        /// After the final dot: the upstream may have taken the message even if its reply was lost.
        END_OF_CONTENT
    }

    /// Where a reply comes from.
    public enum Origin {
        /// The upstream said it.
        UPSTREAM,
        /// The network failed: name not found, refused, timed out, dropped.
        NETWORK,
        /// TLS failed: no STARTTLS offered, certificate not trusted or for another name, no common version.
        TLS,
        /// The sign-in service gives no token. The reply's code is an HTTP status, its text holds the AADSTS code.
        SIGN_IN,
        /// Microsoft Graph said it. The reply's code is an HTTP status, its text begins with Graph's error code.
        GRAPH,
        /// The relay itself cannot: the stored original is unreadable or cannot be made acceptable.
        RELAY
    }

    /// @return whether the upstream may have the message although the attempt did not succeed; a later attempt
    ///     may then deliver it twice
    public boolean mayHaveArrived() {
        return step == Step.END_OF_CONTENT
                && (origin == Origin.NETWORK || (origin == Origin.GRAPH && MAY_HAVE_SENT.contains(reply.code())));
    }
}
