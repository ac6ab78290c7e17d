package org.o365relay.daemon.sandbox;

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
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.entra.TokenService;
import org.o365relay.daemon.sandbox.web.CallCounts;
import org.o365relay.daemon.sandbox.web.WebServer;

/// A stand-in for Microsoft 365: client submission with passwords and tokens, and, where wanted, the sign-in service,
/// Microsoft Graph and an MX; with their extensions, words, checks and limits.
public final class Sandbox implements AutoCloseable {

    private final SandboxState state;
    private final Path certificate;
    private final CallCounts callCounts;
    private final SmtpServer smtp;
    private final @Nullable SmtpServer mx;
    private final @Nullable WebServer web;

    private Sandbox(
            SandboxState office,
            Path trusted,
            CallCounts calls,
            SmtpServer smtp,
            @Nullable SmtpServer mx,
            @Nullable WebServer web) {
        this.state = office;
        this.certificate = trusted;
        this.callCounts = calls;
        this.smtp = smtp;
        this.mx = mx;
        this.web = web;
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
        return new Startup(settings, state(settings, directory, clock, random), certificate, clock, random).all();
    }

    private static SandboxState state(
            SandboxSettings settings, Path directory, InstantSource clock, RandomGenerator random) throws IOException {
        AtomicReference<SandboxSettings> current = new AtomicReference<>(settings);
        AcceptedMessages inbox = new AcceptedMessages(settings.keep() != SandboxSettings.Keep.COUNT);
        MailStore store = settings.keep() == SandboxSettings.Keep.FILES ? new MailStore(directory) : null;
        return new SandboxState(
                current,
                new Faults(),
                inbox,
                new Archive(store, inbox, clock),
                new MailboxUsages(),
                new Inboxes(),
                new TokenService(
                        () -> current.get().entra(),
                        clock,
                        random,
                        time -> current.get().scaled(time)),
                clock,
                new LongAdder(),
                new CountDownLatch(1));
    }

    /// Starts one server after the other; if one fails, those before it end.
    private record Startup(
            SandboxSettings settings,
            SandboxState office,
            ServerCertificate certificate,
            InstantSource clock,
            RandomGenerator random) {

        Sandbox all() throws IOException {
            SmtpService door = new SubmissionService(
                    office, new ExchangeReplies(clock, random, ExchangeReplies.SUBMISSION), certificate.context());
            ListenSettings listening = settings.listen();
            SmtpServer smtp = SmtpServer.start(office, door, listening.address(), listening.smtp());
            SmtpServer mx = null;
            try {
                mx = mx(listening);
                CallCounts calls = new CallCounts();
                return new Sandbox(office, certificate.certificateFile(), calls, smtp, mx, web(listening, calls));
            } catch (IOException | RuntimeException e) {
                smtp.close();
                if (mx != null) {
                    mx.close();
                }
                throw e;
            }
        }

        private @Nullable SmtpServer mx(ListenSettings listening) throws IOException {
            Integer port = listening.mx();
            if (port == null) {
                return null;
            }
            SmtpService door = new MxService(
                    office,
                    new ExchangeReplies(clock, random, ExchangeReplies.MX),
                    certificate.context(new AnyClientTrustManager()));
            return SmtpServer.start(office, door, listening.address(), port);
        }

        private @Nullable WebServer web(ListenSettings listening, CallCounts calls) throws IOException {
            Integer port = listening.https();
            if (port == null) {
                return null;
            }
            Graph graph = new Graph(office, random, settings.directory());
            return WebServer.start(
                    new InetSocketAddress(listening.address(), port),
                    certificate.context(),
                    new WebRouter(office, graph, calls, random));
        }
    }

    /// Where it listens for client submission.
    public InetSocketAddress address() {
        return smtp.address();
    }

    /// Where the MX listens.
    ///
    /// @throws IllegalStateException if there is none
    public InetSocketAddress mxAddress() {
        return required(mx).address();
    }

    /// The sign-in service without a tenant, which is the root of Graph as well: `https://localhost:8443`.
    ///
    /// @throws IllegalStateException if there is none
    public String origin() {
        return "https://localhost:" + required(web).address().getPort();
    }

    private static <T> T required(@Nullable T server) {
        if (server == null) {
            throw new IllegalStateException("this sandbox was started without it; see SandboxSettings");
        }
        return server;
    }

    /// The PEM file with the certificate a client has to trust.
    public Path trustedCertificates() {
        return certificate;
    }

    /// Changes how it behaves from now on. Ports, directory and what is kept stay as they are.
    public void change(UnaryOperator<SandboxSettings> change) {
        state.current().updateAndGet(change);
    }

    /// The trouble it is to make.
    public Faults faults() {
        return state.faults();
    }

    /// The sign-in service: device codes to approve, tokens to revoke.
    public TokenService tokenService() {
        return state.tokenService();
    }

    /// How often a token or Graph was asked, however that was answered. By the grant (`client_credentials`,
    /// `refresh_token`, `device_code`), `devicecode`, `managed_identity`; by the last word of the path (`sendMail`,
    /// `messages`, `createUploadSession`, `send`), `upload`.
    public CallCounts callCounts() {
        return callCounts;
    }

    /// What a mailbox has done of late.
    ///
    /// @throws IllegalArgumentException if there is no such account
    public MailboxUsage usage(String address) {
        return state.usages()
                .of(state.settings()
                        .submission()
                        .mailbox(address)
                        .orElseThrow(() -> new IllegalArgumentException("no account " + address)));
    }

    /// What was accepted since the start, oldest first; empty if it only counts.
    public List<AcceptedMessage> accepted() {
        return state.accepted().records();
    }

    /// How many messages were accepted since the start.
    public int acceptedCount() {
        return state.accepted().count();
    }

    /// Waits until so many messages have been accepted since the start.
    ///
    /// @return false if there were fewer when the time was up
    public boolean awaitCount(int count, Duration timeout) throws InterruptedException {
        return state.accepted().awaitCount(count, timeout);
    }

    /// Waits for a message that fits; those accepted before count too.
    ///
    /// @return the oldest one that fits; empty if there was none when the time was up
    public Optional<AcceptedMessage> await(Predicate<AcceptedMessage> wanted, Duration timeout)
            throws InterruptedException {
        return state.accepted().await(wanted, timeout);
    }

    /// Waits for more than so many messages.
    ///
    /// @return those after the first `count`; empty if there were none when the time was up
    public List<AcceptedMessage> awaitAfter(int count, Duration timeout) throws InterruptedException {
        return state.accepted().awaitAfter(count, timeout);
    }

    /// Has Exchange report later that a message it took was not delivered after all: a non-delivery
    /// report comes in to the mailbox that sent it, for who reads it by Graph.
    ///
    /// @param message one that was sent by a mailbox, with its content
    /// @param recipient who has not got it
    /// @param reply why: `550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address
    ///     lookup`
    /// @throws IOException if its content cannot be read
    public void reportUndelivered(AcceptedMessage message, String recipient, String reply) throws IOException {
        SandboxNdr report =
                new SandboxNdr(message, recipient, reply, state.clock().instant());
        receive(message.user(), report.subject(), report.type(), report.content());
    }

    /// Any mail comes in to a mailbox, for who reads it by Graph.
    ///
    /// @param type its content's, with parameters
    /// @param content all of it, with the header
    public void receive(String mailbox, String subject, String type, byte[] content) {
        state.inboxes().put(mailbox, state.clock().instant(), subject, type, content);
    }

    /// How many connections there were to client submission since the start.
    public long connections() {
        return smtp.connections();
    }

    /// How many TLS handshakes were completed over SMTP since the start.
    public long handshakes() {
        return state.handshakes().sum();
    }

    /// Ends every connection at once.
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
