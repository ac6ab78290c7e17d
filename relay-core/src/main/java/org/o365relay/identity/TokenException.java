package org.o365relay.identity;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Reply;

/// No token could be obtained. Contains the reply from the sign-in service, or the reason why there was none,
/// but never a secret.
public final class TokenException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Where the failure occurred.
    public enum Origin {
        /// The sign-in service or the relay, for example because of a missing login or an unreadable key.
        SERVICE,
        /// DNS, TCP, the proxy, a timeout, a response that is not from the sign-in service, or a shortage on
        /// the relay's machine, such as too many open files.
        NETWORK,
        /// TLS, usually because the certificate of the service is not trusted.
        TLS
    }

    private final Origin origin;
    private final transient Reply reply;
    private final @Nullable Duration retryAfter;

    /// @param reply the HTTP status as the code (451 if the origin is [Origin#NETWORK], 454 if TLS failed, 400
    ///     for all other errors without a status), and the error and its description as the text, such as
    ///     `401 invalid_client: AADSTS7000215: Invalid client secret provided.`
    public TokenException(Origin origin, Reply reply, Throwable cause) {
        this(origin, reply, null, cause);
    }

    /// @param retryAfter how long the sign-in service asks the relay to wait, from now on; null if it does not
    public TokenException(Origin origin, Reply reply, @Nullable Duration retryAfter, Throwable cause) {
        super(reply.toString(), cause);
        this.origin = origin;
        this.reply = reply;
        this.retryAfter = retryAfter;
    }

    public Origin origin() {
        return origin;
    }

    public Reply reply() {
        return reply;
    }

    /// @return how long no token can be requested, because the sign-in service asked the relay to wait
    ///     (RFC 9110 §10.2.3); empty if it did not
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
