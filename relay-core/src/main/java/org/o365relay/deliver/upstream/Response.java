package org.o365relay.deliver.upstream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// The result of one attempt for one recipient, before `FailurePolicy` classifies it.
///
/// @param step the step at which the attempt ended; for a failure in the relay, the step that could not be
///     performed
/// @param reply reply from the upstream or, depending on [#origin], one composed by the relay
/// @param origin where the reply comes from
/// @param reportsSuccess whether the upstream was asked to report success to the sender (RFC 3461 §5.2.1)
/// @param retryAfter how long the upstream or its sign-in service asked the relay to wait (RFC 9110 §10.2.3);
///     zero if an SMTP server refused the IP version and the next attempt, which may be made at once, uses the
///     other one; otherwise null
/// @param unconfirmed whether Graph received the whole request that sends the message, but did not report the
///     result (502, 504 or no response). Graph has usually sent the message in this case, so repeats are
///     limited
public record Response(
        Step step,
        Reply reply,
        Origin origin,
        boolean reportsSuccess,
        @Nullable Duration retryAfter,
        boolean unconfirmed) {

    // HTTP statuses of the request that sends the message: Graph may have sent it anyway. 502 is not among them: if
    // a gateway sent it, the response is unconfirmed; otherwise the relay uses it in place of another status.
    private static final Set<Integer> MAY_HAVE_SENT = Set.of(500, 503, 504);

    private static final EnhancedStatus PROTOCOL_ERROR = EnhancedStatus.of("4.5.0"); // RFC 3463 §3.6

    public Response(Step step, Reply reply, Origin origin) {
        this(step, reply, origin, false);
    }

    public Response(Step step, Reply reply, Origin origin, boolean reportsSuccess) {
        this(step, reply, origin, reportsSuccess, null, false);
    }

    /// @return a copy with this value of [#retryAfter]
    public Response withRetryAfter(Duration time) {
        return new Response(step, reply, origin, reportsSuccess, time, unconfirmed);
    }

    /// @return a copy with this value of [#unconfirmed]
    public Response withUnconfirmed(boolean value) {
        return new Response(step, reply, origin, reportsSuccess, retryAfter, value);
    }

    /// @param note explanation that the relay adds to the reply
    public Response withNote(String note) {
        List<String> lines = new ArrayList<>(reply.lines());
        lines.add("(" + note + ")");
        Reply explained = new Reply(reply.code(), reply.status(), lines);
        return new Response(step, explained, origin, reportsSuccess, retryAfter, unconfirmed);
    }

    /// The steps of an attempt, in order.
    public enum Step {
        /// Connection to a proxy, sign-in to it, and its connection to the upstream.
        PROXY,
        /// DNS lookup and TCP connection.
        CONNECT,
        GREETING,
        EHLO,
        STARTTLS,
        AUTH,
        MAIL,
        RCPT,
        /// DATA or BDAT, and the content before its end.
        CONTENT,
        /// The end of the content (the final dot, the last chunk, or the request that sends the message). From
        /// here on, the upstream may have accepted the message even if its reply was lost.
        END_OF_CONTENT;

        /// @return the name of the step in the log, such as `end-of-content`
        public String key() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Where a reply comes from.
    public enum Origin {
        /// The upstream, over SMTP; the relay signs in to it.
        SUBMISSION,
        /// The upstream, over SMTP; the relay does not sign in to it (connector, Direct Send or smarthost).
        CONNECTOR,
        /// The network failed: name not found, connection refused, timed out or dropped, or no valid reply.
        /// Also used for a shortage on the relay's machine, such as too many open files.
        NETWORK,
        /// A proxy opened no connection to the upstream. The reply is composed by the relay: 5xx if the proxy
        /// refuses the connection or the login, which an admin must fix; 4xx if the proxy cannot be reached, or
        /// cannot reach the upstream.
        PROXY,
        /// TLS failed: STARTTLS is not offered, the certificate is not trusted or does not match the host name,
        /// there is no common version, or the client certificate cannot be used.
        TLS,
        /// The sign-in service did not issue a usable token, or none could be requested. The reply's code is
        /// an HTTP status, or 400 if there was none; its text contains the AADSTS code if the service sent
        /// one.
        SIGN_IN,
        /// Microsoft Graph. The reply's code is an HTTP status. If the request failed, its text begins with
        /// an error code, usually Graph's.
        GRAPH,
        /// A non-delivery report about a message that an upstream had accepted. The reason comes from a
        /// Microsoft 365 server. No attempt has this origin.
        NDR,
        /// A non-delivery report whose reason comes from another server. No attempt has this origin.
        FOREIGN_NDR,
        /// The relay, which did not start or did not continue the attempt: for example, because the stored
        /// message cannot be read, the upstream does not offer a required AUTH mechanism, or a Retry-After
        /// period is not over.
        RELAY,
        /// The relay, because this upstream cannot accept this message: for example, its size limit is lower,
        /// or it does not offer a required extension. Another upstream may accept the message.
        UNSUITABLE;

        /// @return whether the reply is the reason in a non-delivery report
        public boolean isReport() {
            return this == NDR || this == FOREIGN_NDR;
        }

        /// @return whether the relay itself ended the attempt
        public boolean isLocal() {
            return this == RELAY || this == UNSUITABLE;
        }
    }

    /// @return whether the reply comes from the upstream, over SMTP
    public boolean isFromServer() {
        return origin == Origin.SUBMISSION || origin == Origin.CONNECTOR;
    }

    /// @return whether the upstream was reached, but what it sent does not follow the protocol (451 4.5.0)
    public boolean violatesProtocol() {
        return origin == Origin.NETWORK && PROTOCOL_ERROR.equals(reply.status());
    }

    /// @return whether the upstream may have accepted the message although the attempt failed; if so, the next
    ///     attempt may deliver a duplicate
    public boolean mayHaveArrived() {
        return unconfirmed
                || (step == Step.END_OF_CONTENT
                        && (origin == Origin.NETWORK
                                || (origin == Origin.GRAPH && MAY_HAVE_SENT.contains(reply.code()))));
    }
}
