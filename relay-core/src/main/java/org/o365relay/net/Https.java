package org.o365relay.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// Sends HTTPS requests, through the proxy if one is configured. A request and its response together have a
/// time limit, and every response body has a maximum size; the JDK limits the response header to 384 KiB. The
/// server must have a trusted certificate. Explains why a request got no usable response. All requests of the
/// relay are sent by this class.
///
/// **Proxy login.** The system property `jdk.http.auth.tunneling.disabledSchemes` lists the authentication
/// schemes that the JDK does not use to open a tunnel through a proxy; by default, it contains Basic. The JDK
/// reads the property once, at the first request of the process. This class sets the property to the empty
/// string when it is loaded, unless the property is already set. To ensure that this happens before the first
/// request, only this class builds requests, and `bin/o365-relay` and the tests start Java with the property
/// empty. The login is sent with the first request, and only to the proxy: sending it only after a 407 would
/// require a `java.net.Authenticator`, and the JDK would then report a 401 without `WWW-Authenticate` as a
/// broken connection. The sign-in service sends such a 401.
public final class Https {

    private static final String DISABLED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";
    private static final int PROXY_LOGIN_REQUIRED = 407; // RFC 9110 §15.5.8

    static {
        if (System.getProperty(DISABLED_SCHEMES) == null) {
            System.setProperty(DISABLED_SCHEMES, "");
        }
    }

    private final HttpSettings settings;
    private final SSLContext tls;
    private HttpClient client;

    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains no certificate
    public Https(HttpSettings settings) {
        this.settings = settings;
        this.tls = ServerTrust.contextTrustingAlso(settings.trustedCertificates());
        this.client = newClient(settings, tls);
    }

    private static HttpClient newClient(HttpSettings settings, SSLContext tls) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(tls)
                .sslParameters(OutgoingTls.parameters(tls))
                .proxy(proxy(settings))
                .build();
    }

    private static ProxySelector proxy(HttpSettings settings) {
        Proxy proxy = settings.proxy();
        return proxy == null
                ? HttpClient.Builder.NO_PROXY
                // unresolved: DNS may be unavailable at startup
                : ProxySelector.of(InetSocketAddress.createUnresolved(proxy.host(), proxy.port()));
    }

    /// @return time limit for a request, from its start to the last octet of its response
    public Duration requestTimeout() {
        return settings.requestTimeout();
    }

    /// Builds a request with the request timeout and, if configured, the proxy login.
    public HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.requestTimeout());
        login().ifPresent(login -> request.header("Proxy-Authorization", basic(login)));
        return request;
    }

    private Optional<Login> login() {
        return Optional.ofNullable(settings.proxy()).map(Proxy::login);
    }

    // RFC 7617 §2
    private static String basic(Login login) {
        String text = login.username() + ":" + login.password().reveal();
        return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Sends the request and blocks until the response is complete.
    ///
    /// @param request a request built by [#request(URI)]
    /// @return the response, with any status except 407
    /// @throws NoResponseException if the connection failed, there was no complete response within the request
    ///     timeout, the response was too large, or the proxy answered with 407
    public HttpResponse<byte[]> send(HttpRequest request, BodyLimit limit)
            throws NoResponseException, InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response = exchange(request, limit);
        } catch (IOException e) {
            throw new HttpFailures(settings, request.uri()).noResponse(e);
        }
        if (response.statusCode() == PROXY_LOGIN_REQUIRED) {
            throw new HttpFailures(settings, request.uri()).proxyLoginFailure();
        }
        return response;
    }

    /// Sends the request and blocks until the response is complete, for callers that explain failures
    /// themselves.
    ///
    /// @param request a request built by [#request(URI)]
    /// @return the response, with any status
    /// @throws HttpTimeoutException if there was no complete response within the request timeout
    /// @throws ResponseTooLargeException if the response was too large
    /// @throws IOException if there was no response, or it was incomplete
    public HttpResponse<byte[]> exchange(HttpRequest request, BodyLimit limit)
            throws IOException, InterruptedException {
        String host = request.uri().getHost();
        AtomicReference<@Nullable LimitedBody> receiving = new AtomicReference<>();
        HttpClient used = client();
        CompletableFuture<HttpResponse<byte[]>> pending = used.sendAsync(request, info -> {
            LimitedBody body = new LimitedBody(limit.forStatus(info.statusCode()), host);
            receiving.set(body);
            return body;
        });
        try {
            return pending.get(settings.requestTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (HttpFailures.find(e, ProtocolException.class).isPresent()) {
                replace(used);
            }
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } catch (TimeoutException _) {
            LimitedBody body = abandon(pending, receiving);
            throw body == null ? new HttpTimeoutException("no response") : new IncompleteResponseException();
        } catch (InterruptedException e) {
            abandon(pending, receiving);
            throw e;
        }
    }

    private synchronized HttpClient client() {
        return client;
    }

    /// Replaces the client after a malformed response, because the JDK keeps the connection of such a response
    /// open for the lifetime of the client. The connection is closed when the other requests of the old client
    /// have ended.
    private synchronized void replace(HttpClient used) {
        if (used.equals(client)) {
            try {
                client = newClient(settings, tls);
            } catch (UncheckedIOException e) {
                return; // without file descriptors, the old client is better than none
            }
            used.shutdown();
        }
    }

    /// Closes the connection.
    ///
    /// @return the receiver of the response body; null if the response header had not arrived
    private static @Nullable LimitedBody abandon(Future<?> pending, AtomicReference<@Nullable LimitedBody> receiving) {
        pending.cancel(true);
        LimitedBody body = receiving.get();
        if (body != null) {
            body.cancel();
        }
        return body;
    }
}
