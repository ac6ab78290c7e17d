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
import org.o365relay.net.HttpSettings.Proxy;

/// Puts into words why a request got no answer.
record HttpFailures(HttpSettings settings, URI asked) {

    NoAnswerException noAnswer(IOException failure) {
        Optional<ServerTrust.Refused> refused = find(failure, ServerTrust.Refused.class);
        if (refused.isPresent()) {
            return new NoAnswerException(true, refused.get().explanation() + throughProxy(), failure);
        }
        if (find(failure, SSLException.class).isPresent()) {
            String text = "TLS handshake with " + asked.getHost() + " failed: " + root(failure) + throughProxy();
            return new NoAnswerException(true, text, failure);
        }
        return new NoAnswerException(false, words(failure), failure);
    }

    private String words(IOException failure) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "no connection to " + nearest() + " within " + seconds(settings.connectTimeout()) + throughProxy();
        }
        if (failure instanceof HttpTimeoutException) {
            return "no answer from " + asked.getHost() + " within " + seconds(settings.requestTimeout())
                    + throughProxy();
        }
        if (find(failure, UnresolvedAddressException.class).isPresent()
                || find(failure, UnknownHostException.class).isPresent()) {
            return "name not found: " + nearestHost() + throughProxy();
        }
        Optional<ConnectException> refused = find(failure, ConnectException.class);
        if (refused.isPresent()) {
            // of a refusal the JDK says no word
            String reason = refused.get().getMessage();
            return reason == null || reason.contains("refused")
                    ? "connection refused by " + nearest() + throughProxy()
                    : "no connection to " + nearest() + ": " + reason + throughProxy();
        }
        return "connection to " + asked.getHost() + " lost: " + root(failure) + throughProxy();
    }

    /// The proxy said 407.
    NoAnswerException noLogin() {
        Proxy proxy = settings.proxy();
        if (proxy == null) {
            return new NoAnswerException(
                    asked.getHost() + " says that a proxy wants a login (HTTP 407), but no proxy is"
                            + " configured: something on the way answers in its place");
        }
        return new NoAnswerException(
                proxy.login() == null
                        ? "the proxy " + proxy + " wants a login (HTTP 407), and none is configured"
                        : "the proxy " + proxy + " does not take the login of "
                                + proxy.login().username() + " (HTTP 407)");
    }

    private String throughProxy() {
        return settings.proxy() == null ? "" : " (through the proxy " + settings.proxy() + ")";
    }

    private String nearest() {
        if (settings.proxy() != null) {
            return "the proxy";
        }
        return asked.getHost() + (asked.getPort() < 0 ? "" : ":" + asked.getPort());
    }

    private String nearestHost() {
        return settings.proxy() == null ? asked.getHost() : settings.proxy().host();
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
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
