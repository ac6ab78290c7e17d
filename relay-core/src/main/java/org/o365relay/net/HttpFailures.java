package org.o365relay.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.o365relay.machine.Shortage;
import org.o365relay.net.HttpSettings.Proxy;

/// Describes why a request got no usable response.
record HttpFailures(HttpSettings settings, URI target) {

    NoResponseException noResponse(IOException failure) {
        Optional<Shortage> shortage = Shortage.causeOf(failure);
        if (shortage.isPresent()) {
            return new NoResponseException(false, shortage.get().text(), failure);
        }
        Optional<ServerTrust.UntrustedCertificateException> refused =
                find(failure, ServerTrust.UntrustedCertificateException.class);
        if (refused.isPresent()) {
            return new NoResponseException(true, refused.get().explanation() + throughProxy(), failure);
        }
        if (find(failure, SSLException.class).isPresent()) {
            String text = "TLS handshake with " + target.getHost() + " failed: " + root(failure) + throughProxy();
            return new NoResponseException(true, text, failure);
        }
        return new NoResponseException(false, describe(failure), failure);
    }

    private String describe(IOException failure) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "cannot connect to " + peer() + " within " + seconds(settings.connectTimeout()) + throughProxy();
        }
        if (failure instanceof ResponseTooLargeException) {
            return failure.getMessage() + throughProxy();
        }
        if (failure instanceof IncompleteResponseException) {
            return "the response from " + target.getHost() + " was not complete within "
                    + seconds(settings.requestTimeout()) + throughProxy();
        }
        if (failure instanceof HttpTimeoutException) {
            return "no response from " + target.getHost() + " within " + seconds(settings.requestTimeout())
                    + throughProxy();
        }
        if (find(failure, UnresolvedAddressException.class).isPresent()
                || find(failure, UnknownHostException.class).isPresent()) {
            return "name not found: " + peerHost() + throughProxy();
        }
        Optional<ConnectException> refused = find(failure, ConnectException.class);
        if (refused.isPresent()) {
            // the JDK often provides no text for a refused connection
            String reason = refused.get().getMessage();
            return reason == null || reason.contains("refused")
                    ? "connection refused by " + peer() + throughProxy()
                    : "cannot connect to " + peer() + ": " + reason + throughProxy();
        }
        return "connection to " + target.getHost() + " lost: " + root(failure) + throughProxy();
    }

    /// Describes the failure of a request that the proxy answered with 407.
    NoResponseException proxyLoginFailure() {
        Proxy proxy = settings.proxy();
        if (proxy == null) {
            return new NoResponseException(target.getHost()
                    + " requires a login at a proxy (HTTP 407), but no proxy is configured: a proxy on the"
                    + " network path seems to intercept the connection");
        }
        return new NoResponseException(
                proxy.login() == null
                        ? "the proxy " + proxy + " requires a login (HTTP 407), but none is configured"
                        : "the proxy " + proxy + " rejects the login of "
                                + proxy.login().username() + " (HTTP 407)");
    }

    private String throughProxy() {
        return settings.proxy() == null ? "" : " (through the proxy " + settings.proxy() + ")";
    }

    private String peer() {
        if (settings.proxy() != null) {
            return "the proxy";
        }
        return target.getHost() + (target.getPort() < 0 ? "" : ":" + target.getPort());
    }

    private String peerHost() {
        return settings.proxy() == null ? target.getHost() : settings.proxy().host();
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        return chain(failure).filter(type::isInstance).map(type::cast).findFirst();
    }

    private static String root(Throwable failure) {
        return chain(failure)
                .filter(cause -> cause.getMessage() != null)
                .reduce((_, cause) -> cause)
                .map(Throwable::getMessage)
                .orElse(failure.getClass().getSimpleName());
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20);
    }
}
