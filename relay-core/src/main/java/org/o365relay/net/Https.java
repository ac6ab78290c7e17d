package org.o365relay.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.o365relay.net.HttpSettings.Login;
import org.o365relay.net.HttpSettings.Proxy;

/// Sends HTTPS requests, through the proxy if one is configured. Each request has a timeout, and the server
/// must have a trusted certificate. Explains why a request got no response.
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
    private final HttpClient client;

    /// @throws java.io.UncheckedIOException if the trusted certificates cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains no certificate
    public Https(HttpSettings settings) {
        this.settings = settings;
        SSLContext tls = ServerTrust.contextTrustingAlso(settings.trustedCertificates());
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .sslContext(tls)
                .sslParameters(StrongTls.parameters(tls))
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

    /// @return the HTTP client, for callers that handle failures themselves or limit the time until the
    ///     response ends, which [#send] does not; requests must be built by [#request(URI)]
    public HttpClient client() {
        return client;
    }

    /// @return the timeout that [#request(URI)] sets: time limit for a request until its response begins
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

    /// Sends the request and blocks until the response arrives.
    ///
    /// @param request a request built by [#request(URI)]
    /// @return the response, with any status except 407
    /// @throws NoResponseException if there was no response, or the proxy answered with 407
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
            throws NoResponseException, InterruptedException {
        HttpResponse<T> response;
        try {
            response = client.send(request, body);
        } catch (IOException e) {
            throw new HttpFailures(settings, request.uri()).noResponse(e);
        }
        if (response.statusCode() == PROXY_LOGIN_REQUIRED) {
            throw new HttpFailures(settings, request.uri()).proxyLoginFailure();
        }
        return response;
    }
}
