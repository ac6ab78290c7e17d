package org.o365relay.daemon.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.server.SMTPServer;
import org.subethamail.smtp.server.SessionHandler;
import org.subethamail.smtp.server.SessionHandler.SessionAcceptance;

/// A stand-in for Office 365 client submission: STARTTLS, AUTH LOGIN, its extensions, its words and its checks.
///
/// SubEthaSMTP accepts the connections, limits them, gives each a virtual thread and ends them at the stop. The
/// dialogue itself runs in its session hook, because the engine's own fixes the greeting, ends a connection at
/// command lines of 998 characters (a token has up to 3,000) and reads contents octet by octet.
public final class Sandbox implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
    private static final int BACKLOG = 4_096;
    private static final int CONNECTIONS = 1_000;
    private static final Duration IDLE = Duration.ofMinutes(5);

    /// What the engine is told when the dialogue is over; it then closes the connection, if it is still open.
    private static final SessionAcceptance OVER =
            SessionAcceptance.failure(221, "2.0.0 Service closing transmission channel");

    private final Office office;
    private final Path trusted;
    private final LongAdder connections = new LongAdder();
    private final SMTPServer server;

    private Sandbox(Office office, Path trusted) {
        this.office = office;
        this.trusted = trusted;
        this.server = SMTPServer.port(office.settings().port())
                .bindAddress(office.settings().address())
                .backlog(BACKLOG)
                .maxConnections(CONNECTIONS)
                .connectionTimeoutMs(Math.toIntExact(IDLE.toMillis()))
                .hostName("localhost")
                .executorService(Executors.newVirtualThreadPerTaskExecutor())
                .sessionHandler(new Hook())
                .build();
    }

    /// Returns when it listens.
    ///
    /// @throws BindException with a message for people if it cannot listen there, such as on a port in use
    /// @throws IOException if the directory cannot be written or no certificate can be made
    public static Sandbox start(SandboxSettings settings) throws IOException {
        return start(settings, InstantSource.system(), new SecureRandom());
    }

    static Sandbox start(SandboxSettings settings, InstantSource clock, RandomGenerator random) throws IOException {
        Path directory = Files.createDirectories(settings.directory());
        ServerCertificate certificate = new ServerCertificate(directory, settings.certificateValidity(), clock);
        Office office = new Office(
                settings,
                new Replies(clock, random, settings.withheld()),
                new Faults(),
                new Inbox(settings.keep() != SandboxSettings.Keep.COUNT),
                store(settings.keep(), directory),
                certificate.context(),
                clock,
                new AtomicInteger(),
                new LongAdder(),
                new CountDownLatch(1));
        Sandbox sandbox = new Sandbox(office, certificate.trusted());
        sandbox.listen();
        return sandbox;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return new InetSocketAddress(office.settings().address(), server.getPortAllocated());
    }

    /// The PEM file with the certificate a client has to trust.
    public Path trustedCertificates() {
        return trusted;
    }

    /// The trouble it is to make.
    public Faults faults() {
        return office.faults();
    }

    /// What was accepted since the start, oldest first; empty if it only counts.
    public List<Accepted> accepted() {
        return office.inbox().records();
    }

    /// How many messages were accepted since the start.
    public int acceptedCount() {
        return office.inbox().count();
    }

    /// Waits until so many messages have been accepted since the start.
    ///
    /// @return false if there were fewer when the time was up
    public boolean awaitCount(int count, Duration timeout) throws InterruptedException {
        return office.inbox().awaitCount(count, timeout);
    }

    /// Waits for a message that fits; those accepted before count too.
    ///
    /// @return the oldest one that fits; empty if there was none when the time was up
    public Optional<Accepted> await(Predicate<Accepted> wanted, Duration timeout) throws InterruptedException {
        return office.inbox().await(wanted, timeout);
    }

    /// Waits for more than so many messages.
    ///
    /// @return those after the first `count`; empty if there were none when the time was up
    public List<Accepted> awaitAfter(int count, Duration timeout) throws InterruptedException {
        return office.inbox().awaitAfter(count, timeout);
    }

    /// How many connections there were since the start.
    public long connections() {
        return connections.sum();
    }

    /// How many TLS handshakes were completed since the start.
    public long handshakes() {
        return office.handshakes().sum();
    }

    /// Ends every connection at once.
    @Override
    public void close() {
        office.stopping().countDown();
        server.stop();
    }

    private void listen() throws IOException {
        try {
            server.start();
        } catch (RuntimeException e) { // the engine wraps whatever bind() throws
            InetSocketAddress wanted = address();
            String reason = e.getCause() == null ? e.toString() : e.getCause().getMessage();
            BindException failure = new BindException("cannot listen on "
                    + wanted.getAddress().getHostAddress() + ":" + wanted.getPort() + ": " + reason);
            failure.initCause(e);
            throw failure;
        }
    }

    private static @Nullable MailStore store(SandboxSettings.Keep keep, Path directory) throws IOException {
        return keep == SandboxSettings.Keep.FILES ? new MailStore(directory) : null;
    }

    /// Runs the dialogue on the connection's own thread, before the engine would begin its own.
    private final class Hook implements SessionHandler {

        @Override
        public SessionAcceptance accept(org.subethamail.smtp.server.Session connection) {
            connections.increment();
            try {
                Socket socket = connection.getSocket();
                socket.setTcpNoDelay(true);
                new Dialogue(office, socket, new Session(connection.getRemoteAddress()), connection::setSocket).run();
            } catch (IOException ended) {
                LOG.debug("{} ended: {}", connection.getRemoteAddress(), ended.toString());
            } finally {
                close(connection);
            }
            return OVER;
        }

        @Override
        public void onSessionEnd(org.subethamail.smtp.server.Session connection) {
            // Only for sessions the engine runs itself.
        }

        private static void close(org.subethamail.smtp.server.Session connection) {
            try {
                connection.closeSocket();
            } catch (IOException e) {
                LOG.debug("{} did not close: {}", connection.getRemoteAddress(), e.toString());
            }
        }
    }
}
