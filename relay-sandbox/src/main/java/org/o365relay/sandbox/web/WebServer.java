package org.o365relay.sandbox.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTPS server with one handler for all paths and a virtual thread per request.
public final class WebServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WebServer.class);
    private static final int BACKLOG = 1_024;

    static {
        // The header and the body are sent in two writes. Without this property, the second write waits up to 40 ms for
        // the acknowledgement of the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Handler handler;

    private WebServer(HttpsServer server, Handler handler) {
        this.server = server;
        this.handler = handler;
    }

    @FunctionalInterface
    public interface Handler {
        /// @throws IOException to close the connection without a response
        WebResponse handle(WebRequest request) throws IOException;
    }

    /// Starts the server and returns once it is listening.
    ///
    /// @throws BindException with a message for the user if it cannot listen
    public static WebServer start(InetSocketAddress address, SSLContext tls, Handler handler) throws IOException {
        WebServer started = new WebServer(bound(address), handler);
        started.server.setHttpsConfigurator(new HttpsConfigurator(tls));
        started.server.setExecutor(started.threads);
        started.server.createContext("/", started::serve);
        started.server.start();
        return started;
    }

    private static HttpsServer bound(InetSocketAddress address) throws IOException {
        try {
            return HttpsServer.create(address, BACKLOG);
        } catch (IOException e) {
            BindException failure = new BindException("cannot listen on "
                    + address.getAddress().getHostAddress() + ":" + address.getPort() + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void serve(HttpExchange exchange) {
        try (exchange) {
            send(exchange, handler.handle(request(exchange)));
        } catch (IOException ended) {
            log.debug("{} ended: {}", exchange.getRequestURI().getPath(), ended.toString());
        }
    }

    private WebRequest request(HttpExchange exchange) throws IOException {
        InputStream in = exchange.getRequestBody();
        byte[] body = in.readNBytes(WebRequest.MAX_BODY);
        boolean oversize = in.read() >= 0;
        in.transferTo(OutputStream.nullOutputStream());
        String query = exchange.getRequestURI().getRawQuery();
        return new WebRequest(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                query == null ? "" : query,
                exchange.getRequestHeaders(),
                oversize ? HttpBody.TOO_LARGE : new HttpBody(body),
                exchange.getRemoteAddress(),
                ((HttpsExchange) exchange).getSSLSession());
    }

    private static void send(HttpExchange exchange, WebResponse response) throws IOException {
        response.headers().forEach(exchange.getResponseHeaders()::set);
        int length = response.body().length();
        exchange.sendResponseHeaders(response.status(), length == 0 ? -1 : length);
        if (length > 0) {
            exchange.getResponseBody().write(response.body().array());
        }
    }

    /// Stops listening and closes all connections immediately.
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
