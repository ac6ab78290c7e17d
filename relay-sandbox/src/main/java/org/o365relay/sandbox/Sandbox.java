package org.o365relay.sandbox;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.entra.TokenService;
import org.o365relay.sandbox.fault.Faults;
import org.o365relay.sandbox.graph.Graph;
import org.o365relay.sandbox.graph.Inboxes;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.message.AcceptedMessages;
import org.o365relay.sandbox.settings.ListenSettings;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.TenantSettings;
import org.o365relay.sandbox.smtp.SmtpServer;
import org.o365relay.sandbox.tenant.MailboxUsage;
import org.o365relay.sandbox.tenant.MailboxUsages;
import org.o365relay.sandbox.tenant.SandboxState;
import org.o365relay.sandbox.web.CallCounts;
import org.o365relay.sandbox.web.WebServer;

/// A local stand-in for Microsoft 365. It offers client submission with passwords and tokens and, optionally,
/// the token service, Microsoft Graph and an MX, with the extensions, replies and checks of the real services
/// and, if enabled, their limits.
public final class Sandbox implements AutoCloseable {

    private final SandboxState state;
    private final Inboxes inboxes;
    private final Path certificate;
    private final CallCounts callCounts;
    private final SmtpServer smtp;
    private final @Nullable SmtpServer mx;
    private final @Nullable WebServer web;

    private Sandbox(
            SandboxState state,
            Inboxes inboxes,
            Path certificate,
            CallCounts callCounts,
            SmtpServer smtp,
            @Nullable SmtpServer mx,
            @Nullable WebServer web) {
        this.state = state;
        this.inboxes = inboxes;
        this.certificate = certificate;
        this.callCounts = callCounts;
        this.smtp = smtp;
        this.mx = mx;
        this.web = web;
    }

    /// Starts the sandbox and returns once it is listening.
    ///
    /// @throws BindException with a message for the user if it cannot listen, for example because the port is
    ///     in use
    /// @throws IOException if the directory cannot be used, or the certificate cannot be generated or read
    public static Sandbox start(SandboxSettings settings) throws IOException {
        return start(settings, InstantSource.system(), new SecureRandom());
    }

    static Sandbox start(SandboxSettings settings, InstantSource clock, RandomGenerator random) throws IOException {
        Path directory = Files.createDirectories(settings.directory());
        ServerCertificate certificate = new ServerCertificate(directory, clock);
        return new Startup(settings, state(settings, clock, random), new Inboxes(), certificate, random).start();
    }

    private static SandboxState state(SandboxSettings settings, InstantSource clock, RandomGenerator random)
            throws IOException {
        AtomicReference<TenantSettings> current = new AtomicReference<>(settings.tenant());
        return new SandboxState(
                current,
                new Faults(),
                new AcceptedMessages(settings.keep(), settings.directory(), clock),
                new MailboxUsages(),
                new TokenService(
                        () -> current.get().entra(),
                        clock,
                        random,
                        time -> current.get().scaled(time)),
                clock,
                new CountDownLatch(1));
    }

    /// Starts the servers one after another. If one fails to start, closes those that are already running.
    private record Startup(
            SandboxSettings settings,
            SandboxState state,
            Inboxes inboxes,
            ServerCertificate certificate,
            RandomGenerator random) {

        Sandbox start() throws IOException {
            ListenSettings listening = settings.listen();
            SmtpServer smtp = SmtpServer.submission(state, random, certificate.context(), at(listening.smtp()));
            SmtpServer mx = null;
            try {
                mx = mx(listening.mx());
                CallCounts calls = new CallCounts();
                return new Sandbox(
                        state, inboxes, certificate.certificateFile(), calls, smtp, mx, web(listening.https(), calls));
            } catch (IOException | RuntimeException e) {
                smtp.close();
                if (mx != null) {
                    mx.close();
                }
                throw e;
            }
        }

        private InetSocketAddress at(int port) {
            return new InetSocketAddress(settings.listen().address(), port);
        }

        private @Nullable SmtpServer mx(@Nullable Integer port) throws IOException {
            return port == null
                    ? null
                    : SmtpServer.mx(state, random, certificate.context(new AnyClientTrustManager()), at(port));
        }

        private @Nullable WebServer web(@Nullable Integer port, CallCounts calls) throws IOException {
            if (port == null) {
                return null;
            }
            Graph graph = new Graph(state, inboxes, random, settings.directory());
            return WebServer.start(at(port), certificate.context(), new WebRouter(state, graph, calls));
        }
    }

    /// The address and port of client submission.
    public InetSocketAddress address() {
        return smtp.address();
    }

    /// The address and port of the MX.
    ///
    /// @throws IllegalStateException if the MX was not enabled in the settings
    public InetSocketAddress mxAddress() {
        return required(mx).address();
    }

    /// The base URL of Graph and of the token service, such as `https://localhost:8443`. For the token service,
    /// clients append a tenant.
    ///
    /// @throws IllegalStateException if HTTPS was not enabled in the settings
    public String origin() {
        return "https://localhost:" + required(web).address().getPort();
    }

    private static <T> T required(@Nullable T server) {
        if (server == null) {
            throw new IllegalStateException("this service is not enabled in the SandboxSettings");
        }
        return server;
    }

    /// The PEM file with the certificate that clients must trust.
    public Path trustedCertificates() {
        return certificate;
    }

    /// Changes the settings of the running sandbox.
    public void change(UnaryOperator<TenantSettings> change) {
        state.current().updateAndGet(change);
    }

    /// The faults to inject. Callers may add and remove faults.
    public Faults faults() {
        return state.faults();
    }

    /// The token service, for approving device codes and revoking tokens.
    public TokenService tokenService() {
        return state.tokenService();
    }

    /// The number of HTTPS requests by kind, regardless of the response. A token request is counted under its
    /// grant type (`client_credentials`, `refresh_token`, `device_code`) or under `managed_identity`; a Graph
    /// request under the name that [Graph#callName] returns; any other request under the last segment of its
    /// path, such as `devicecode`.
    public CallCounts callCounts() {
        return callCounts;
    }

    /// The recent usage of a mailbox.
    ///
    /// @throws IllegalArgumentException if there is no such mailbox
    public MailboxUsage usage(String address) {
        return state.usages()
                .of(state.settings()
                        .submission()
                        .mailbox(address)
                        .orElseThrow(() -> new IllegalArgumentException("no mailbox " + address)));
    }

    /// The messages accepted since the sandbox started, oldest first; empty with [SandboxSettings.Keep#COUNT].
    public List<AcceptedMessage> accepted() {
        return state.accepted().records();
    }

    /// The number of messages accepted since the sandbox started.
    public int acceptedCount() {
        return state.accepted().count();
    }

    /// Waits until at least `count` messages have been accepted since the sandbox started.
    ///
    /// @return false on timeout
    public boolean awaitCount(int count, Duration timeout) throws InterruptedException {
        return state.accepted().awaitCount(count, timeout);
    }

    /// Waits for a matching message. Messages that were accepted before the call also match.
    ///
    /// @return the oldest matching message; empty on timeout. With [SandboxSettings.Keep#COUNT], no message
    ///     matches
    public Optional<AcceptedMessage> await(Predicate<AcceptedMessage> wanted, Duration timeout)
            throws InterruptedException {
        return state.accepted().await(wanted, timeout);
    }

    /// Waits until more than `count` messages have been accepted since the sandbox started.
    ///
    /// @return the messages after the first `count`; empty on timeout. With [SandboxSettings.Keep#COUNT], the
    ///     call always times out
    public List<AcceptedMessage> awaitAfter(int count, Duration timeout) throws InterruptedException {
        return state.accepted().awaitAfter(count, timeout);
    }

    /// Puts a non-delivery report for an accepted message into the inbox of the mailbox that sent it, where
    /// Graph can read it.
    ///
    /// @param message accepted message, sent by a mailbox, whose content is kept
    /// @param recipient recipient that the message could not be delivered to
    /// @param reply SMTP reply that the report quotes, such as `550 5.1.10 RESOLVER.ADR.RecipientNotFound;
    ///     Recipient not found by SMTP address lookup`
    /// @throws IOException if the content of the message cannot be read
    public void reportUndelivered(AcceptedMessage message, String recipient, String reply) throws IOException {
        SandboxNdr report =
                new SandboxNdr(message, recipient, reply, state.clock().instant());
        receive(message.user(), report.subject(), report.type(), report.content());
    }

    /// Puts a message into the inbox of a mailbox, where Graph can read it.
    ///
    /// @param type value of `Content-Type`, with parameters
    /// @param content complete message, including its header
    public void receive(String mailbox, String subject, String type, byte[] content) {
        inboxes.put(mailbox, state.clock().instant(), subject, type, content);
    }

    /// The number of connections to client submission since the sandbox started.
    public long connections() {
        return smtp.connections();
    }

    /// The number of TLS handshakes completed over SMTP since the sandbox started.
    public long handshakes() {
        return smtp.handshakes() + (mx == null ? 0 : mx.handshakes());
    }

    /// Stops the services and closes all connections immediately.
    @Override
    public void close() {
        state.stopping().countDown();
        smtp.close();
        if (mx != null) {
            mx.close();
        }
        if (web != null) {
            web.close();
        }
    }
}
