package org.o365relay.deliver.graph;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;
import org.o365relay.net.ServerTrust;

/// Puts into words, in the place of an answer, why there is none.
///
/// @param timeout how long a request may take
record GraphFailures(Duration timeout) {

    /// @param host who was asked
    /// @param sending how far the request got
    /// @param step where the attempt is if all of the request may have arrived
    Response connectionFailure(String host, RequestProgress sending, Step step, Throwable failure) {
        Optional<ServerTrust.UntrustedCertificateException> refused =
                find(failure, ServerTrust.UntrustedCertificateException.class);
        if (refused.isPresent()) {
            return tls(refused.get().explanation());
        }
        if (find(failure, UnresolvedAddressException.class).isPresent()
                || find(failure, UnknownHostException.class).isPresent()) {
            return network(Step.CONNECT, "4.4.3", "name not found: " + host);
        }
        if (find(failure, HttpConnectTimeoutException.class).isPresent()) {
            return network(Step.CONNECT, "4.4.1", "timed out while connecting (" + host + ")");
        }
        if (find(failure, ConnectException.class).isPresent()) {
            return network(Step.CONNECT, "4.4.1", "no connection to " + host + ": " + root(failure));
        }
        boolean shakingHands = find(failure, SSLHandshakeException.class).isPresent();
        return sending.hasBegun() && !shakingHands ? lost(host, sending, step, failure) : unsent(host, failure);
    }

    Response proxyLoginRefused() {
        return network(Step.CONNECT, "4.4.1", "the proxy wants another login than it is given (HTTP 407)");
    }

    private Response unsent(String host, Throwable failure) {
        boolean dropped = find(failure, EOFException.class).isPresent()
                || find(failure, SocketException.class).isPresent();
        if (!dropped && find(failure, SSLException.class).isPresent()) {
            return tls("TLS handshake with " + host + " failed: " + root(failure));
        }
        return network(Step.CONNECT, "4.4.1", "no connection to " + host + ": " + reason(failure));
    }

    private Response lost(String host, RequestProgress sending, Step step, Throwable failure) {
        return network(
                sending.isComplete() ? step : Step.CONTENT,
                "4.4.2",
                "connection to " + host + " lost "
                        + (sending.isComplete() ? "before the answer: " : "while sending: ")
                        + reason(failure));
    }

    private String reason(Throwable failure) {
        boolean overdue = find(failure, TimeoutException.class).isPresent()
                || find(failure, HttpTimeoutException.class).isPresent();
        return overdue ? "timed out after " + readable(timeout) : root(failure);
    }

    private static String readable(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    private static Response network(Step step, String status, String text) {
        Reply shown = GraphResponse.reply(451, text);
        return new Response(step, new Reply(451, EnhancedStatus.of(status), shown.lines()), Origin.NETWORK);
    }

    private static Response tls(String text) {
        return new Response(Step.STARTTLS, Reply.of(454, "4.7.5", text), Origin.TLS);
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        return chain(failure).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static String root(Throwable failure) {
        Throwable root = chain(failure).reduce((_, cause) -> cause).orElse(failure);
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20);
    }
}
