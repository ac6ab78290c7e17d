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
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.machine.Shortage;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;
import org.o365relay.net.ResponseTooLargeException;
import org.o365relay.net.ServerTrust;

/// Creates the [Response] for an attempt that failed without a complete HTTP response from Graph.
///
/// @param timeout time limit of a request
record GraphFailures(Duration timeout) {

    /// @param host host that the request was sent to
    /// @param progress how much of the request was sent
    /// @param step step to report if the whole request may have arrived
    Response connectionFailure(String host, RequestProgress progress, Step step, Throwable failure) {
        Optional<Shortage> shortage = progress.hasBegun() ? Optional.empty() : Shortage.causeOf(failure);
        if (shortage.isPresent()) {
            return network(Step.CONNECT, "4.3.1", shortage.get().text());
        }
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
            return network(Step.CONNECT, "4.4.1", "cannot connect to " + host + ": " + root(failure));
        }
        if (failure instanceof ResponseTooLargeException) {
            return network(step, "4.5.0", String.valueOf(failure.getMessage()));
        }
        boolean isHandshake = find(failure, SSLHandshakeException.class).isPresent();
        return progress.hasBegun() && !isHandshake ? lost(host, progress, step, failure) : unsent(host, failure);
    }

    Response proxyLoginRefused() {
        return network(Step.CONNECT, "4.4.1", "the proxy refuses the configured login (HTTP 407)");
    }

    private Response unsent(String host, Throwable failure) {
        boolean dropped = find(failure, EOFException.class).isPresent()
                || find(failure, SocketException.class).isPresent();
        if (!dropped && find(failure, SSLException.class).isPresent()) {
            return tls("TLS handshake with " + host + " failed: " + root(failure));
        }
        return network(Step.CONNECT, "4.4.1", "cannot connect to " + host + ": " + reason(failure));
    }

    private Response lost(String host, RequestProgress progress, Step step, Throwable failure) {
        return network(
                progress.isComplete() ? step : Step.CONTENT,
                "4.4.2",
                "connection to " + host + " lost "
                        + (progress.isComplete() ? "before the response: " : "while sending: ")
                        + reason(failure));
    }

    private String reason(Throwable failure) {
        return find(failure, HttpTimeoutException.class).isPresent()
                ? "timed out after " + readable(timeout)
                : root(failure);
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
