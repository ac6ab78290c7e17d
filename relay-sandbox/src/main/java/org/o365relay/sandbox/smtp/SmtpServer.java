package org.o365relay.sandbox.smtp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.o365relay.sandbox.tenant.SandboxState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.SessionHandler;
import org.subethamail.smtp.server.SessionHandler.SessionAcceptance;

/// Listens on one SMTP port.
///
/// SubEthaSMTP accepts the connections, limits their number, runs each on a virtual thread, and closes all of
/// them when it stops. The [Dialogue] runs in the session handler, because SubEthaSMTP's own session has a
/// fixed greeting, closes the connection if a command line reaches 998 characters (an access token is longer),
/// and reads the content octet by octet.
public final class SmtpServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SmtpServer.class);
    private static final int BACKLOG = 4_096;
    private static final int MAX_CONNECTIONS = 1_000;
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

    /// Makes SubEthaSMTP end its own session after the dialogue.
    private static final SessionAcceptance END_OF_SESSION =
            SessionAcceptance.failure(221, "2.0.0 Service closing transmission channel");

    private final SandboxState state;
    private final SmtpService service;
    private final InetAddress host;
    private final LongAdder connections = new LongAdder();
    private final LongAdder handshakes = new LongAdder();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;
    private final SMTPServer server;

    private SmtpServer(SandboxState state, SmtpService service, InetAddress host, int port) {
        this.state = state;
        this.service = service;
        this.host = host;
        this.server = SMTPServer.port(port)
                .bindAddress(host)
                .backlog(BACKLOG)
                .maxConnections(MAX_CONNECTIONS)
                .connectionTimeoutMs(Math.toIntExact(IDLE_TIMEOUT.toMillis()))
                .hostName("localhost")
                .executorService(Executors.newVirtualThreadPerTaskExecutor())
                .sessionHandler(new DialogueHandler())
                .build();
    }

    /// Starts client submission and returns once it is listening.
    ///
    /// @throws BindException with a message for the user if it cannot listen
    public static SmtpServer submission(
            SandboxState state, RandomGenerator random, SSLContext tls, InetSocketAddress listen) throws BindException {
        ExchangeReplies replies = new ExchangeReplies(state.clock(), random, ExchangeReplies.SUBMISSION);
        return start(state, new SubmissionService(state, replies, tls), listen);
    }

    /// Starts the MX and returns once it is listening.
    ///
    /// @param tls TLS context that trusts every client certificate
    /// @throws BindException with a message for the user if it cannot listen
    public static SmtpServer mx(SandboxState state, RandomGenerator random, SSLContext tls, InetSocketAddress listen)
            throws BindException {
        ExchangeReplies replies = new ExchangeReplies(state.clock(), random, ExchangeReplies.MX);
        return start(state, new MxService(state, replies, tls), listen);
    }

    private static SmtpServer start(SandboxState state, SmtpService service, InetSocketAddress listen)
            throws BindException {
        SmtpServer started = new SmtpServer(state, service, listen.getAddress(), listen.getPort());
        started.listen();
        return started;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(host, server.getPortAllocated());
    }

    /// The number of connections since the server started.
    public long connections() {
        return connections.sum();
    }

    /// The number of completed TLS handshakes since the server started.
    public long handshakes() {
        return handshakes.sum();
    }

    /// Closes all sockets without a TLS close_notify and then stops SubEthaSMTP. SubEthaSMTP alone would take
    /// too long: it closes TLS sockets one after another, and each of them may block for the whole read
    /// timeout.
    @Override
    public void close() {
        closing = true;
        open.forEach(SmtpServer::drop);
        server.stop();
    }

    private static void drop(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("{} did not close: {}", socket.getRemoteSocketAddress(), e.toString());
        }
    }

    private void listen() throws BindException {
        try {
            server.start();
        } catch (RuntimeException e) { // SubEthaSMTP wraps the exception of bind()
            InetSocketAddress wanted = address();
            String reason = e.getCause() == null ? e.toString() : e.getCause().getMessage();
            BindException failure = new BindException("cannot listen on "
                    + wanted.getAddress().getHostAddress() + ":" + wanted.getPort() + ": " + reason);
            failure.initCause(e);
            throw failure;
        }
    }

    /// Runs the dialogue on the thread of the connection, before SubEthaSMTP starts its own session.
    private final class DialogueHandler implements SessionHandler {

        @Override
        public SessionAcceptance accept(org.subethamail.smtp.server.Session connection) {
            connections.increment();
            Socket socket = connection.getSocket();
            open.add(socket);
            try {
                if (closing) {
                    drop(socket);
                }
                socket.setTcpNoDelay(true);
                SandboxSession session = new SandboxSession(
                        connection.getRemoteAddress(), state.clock().instant());
                new Dialogue(state, service, socket, session, encrypted -> {
                            handshakes.increment();
                            connection.setSocket(encrypted);
                        })
                        .run();
            } catch (IOException ended) {
                log.debug("{} ended: {}", connection.getRemoteAddress(), ended.toString());
            } finally {
                close(connection);
                open.remove(socket);
            }
            return END_OF_SESSION;
        }

        @Override
        public void onSessionEnd(org.subethamail.smtp.server.Session connection) {
            // only called for sessions that SubEthaSMTP runs itself
        }

        private static void close(org.subethamail.smtp.server.Session connection) {
            try {
                connection.closeSocket();
            } catch (IOException e) {
                log.debug("{} did not close: {}", connection.getRemoteAddress(), e.toString());
            }
        }
    }
}
