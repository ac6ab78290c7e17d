package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.InheritedSockets;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.socket.ServerSockets;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.Tls;
import org.o365relay.accept.tls.UnusableCertificateException;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Journal;
import org.o365relay.queue.Intake;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SMTP server: opens the listeners and runs a [Session] on an [SmtpConnection] for each admitted
/// connection. The settings can change while it runs: sessions keep those with which they were opened.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close makes the channel inactive
public final class SmtpListener {

    private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);

    private final SteadyClock clock;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final ReceiveMemory memory = ReceiveMemory.ofProcess();
    private final RejectLog rejectLog;
    private final ExecutorService handshakes;
    private final Users users;
    private final Duration checkInterval;
    private final EventLoopGroup eventLoops;
    private final ListenerOpener opener;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile Acceptance acceptance;
    private volatile List<OpenListener> open = List.of();

    /// @throws ListenException if the relay's certificate cannot be used
    public SmtpListener(AcceptSettings settings, Devices devices, Intake queue, Journal journal, SteadyClock clock)
            throws ListenException {
        this(settings, devices, queue, journal, clock, System.getenv(), Tls.CHECK_INTERVAL);
    }

    /// @param environment environment variables of the process, including those for inherited sockets
    /// @param checkInterval interval between checks for a changed certificate
    SmtpListener(
            AcceptSettings settings,
            Devices devices,
            Intake queue,
            Journal journal,
            SteadyClock clock,
            Map<String, String> environment,
            Duration checkInterval)
            throws ListenException {
        SessionLimits limits = settings.session().limits();
        this.clock = clock;
        this.checkInterval = checkInterval;
        this.connections = ConnectionLimiter.withReserve(limits.connections());
        this.proxyConnections = new ConnectionLimiter(limits.connections());
        this.handshakes = handshakes();
        @Nullable Tls tls = tls(settings);
        this.users = new Users(settings.users(), clock);
        this.rejectLog = new RejectLog(journal, RejectLog.CONNECTION_LINES);
        SessionFactory sessions = new SessionFactory(settings.session(), users, queue, journal, clock.calendar());
        this.acceptance = new Acceptance(
                settings,
                sessions,
                new PipelineFactory(sessions, devices, new RejectHandler(devices, rejectLog), tls, memory, clock),
                tls);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.eventLoops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), io);
        ServerSockets sockets = new ServerSockets(InheritedSockets.of(environment));
        this.opener = new ListenerOpener(eventLoops, sockets, clients, connections, proxyConnections, memory, clock);
        long pause = RejectLog.INTERVAL.toMillis();
        eventLoops.scheduleWithFixedDelay(this::flushLogs, pause, pause, TimeUnit.MILLISECONDS);
    }

    /// Creates the threads for TLS handshakes, at most one per processor. Handshakes are CPU-bound and would
    /// block the event loops.
    private static ExecutorService handshakes() {
        int maxThreads = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                maxThreads,
                maxThreads,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("handshake-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private @Nullable Tls tls(AcceptSettings settings) throws ListenException {
        CertificateFiles files = settings.certificate();
        try {
            return files == null
                    ? null
                    : new Tls(
                            files,
                            settings.session().limits().commandTimeout(),
                            handshakes,
                            clock.calendar(),
                            checkInterval);
        } catch (UnusableCertificateException e) {
            throw new ListenException("cannot enable TLS: " + e.getMessage());
        }
    }

    /// @return the memory for octets that connections have received
    ReceiveMemory memory() {
        return memory;
    }

    /// Opens an endpoint and starts accepting connections.
    ///
    /// @return the open endpoints, with their actual ports; more than one if systemd passed several sockets
    ///     with the name of the endpoint
    /// @throws ListenException if the endpoint cannot be opened, or its TLS settings cannot be used
    public List<Endpoint> listen(ListenerSettings listener) throws ListenException {
        ListenerOpener.checkTls(listener, acceptance);
        OpenListener opened = opener.opened(listener, acceptance);
        opened.accept();
        open = Stream.concat(open.stream(), Stream.of(opened)).toList();
        return opened.endpoints().toList();
    }

    /// @return the open endpoints, in the order of the settings, with their actual ports
    public List<Endpoint> endpoints() {
        return open.stream().flatMap(OpenListener::endpoints).toList();
    }

    /// Opens the listeners that are new in these settings, and checks that the others can be used. Nothing else
    /// changes until [Change#apply], and no new listener accepts connections before then.
    ///
    /// @throws ListenException if an endpoint or TLS cannot be used; nothing has changed
    public Change prepare(AcceptSettings settings, List<ListenerSettings> listeners) throws ListenException {
        Change change = new Change(next(settings));
        try {
            change.open(listeners);
            return change;
        } catch (ListenException | RuntimeException e) {
            change.discard();
            throw e;
        }
    }

    private Acceptance next(AcceptSettings settings) throws ListenException {
        Tls tls = isSameTls(settings) ? acceptance.tls() : tls(settings);
        SessionFactory sessions = acceptance.sessions().with(settings.session());
        return new Acceptance(settings, sessions, acceptance.pipelines().with(sessions, tls), tls);
    }

    private boolean isSameTls(AcceptSettings settings) {
        Duration timeout = settings.session().limits().commandTimeout();
        return Objects.equals(settings.certificate(), acceptance.settings().certificate())
                && timeout.equals(acceptance.limits().commandTimeout());
    }

    /// Settings that are ready to be applied. Used by one thread.
    public final class Change {

        private final Acceptance next;
        private final List<OpenListener> kept = new ArrayList<>();
        private final List<OpenListener> added = new ArrayList<>();
        private final List<OpenListener> removed = new ArrayList<>(open);
        private final List<OpenListener> all = new ArrayList<>();

        private Change(Acceptance next) {
            this.next = next;
        }

        private void open(List<ListenerSettings> listeners) throws ListenException {
            for (ListenerSettings listener : listeners) {
                ListenerOpener.checkTls(listener, next);
            }
            List<Optional<OpenListener>> same =
                    listeners.stream().map(this::keep).toList();
            for (int i = 0; i < listeners.size(); i++) {
                all.add(same.get(i).isPresent() ? same.get(i).get() : opened(listeners.get(i)));
            }
        }

        private Optional<OpenListener> keep(ListenerSettings listener) {
            Optional<OpenListener> same = removed.stream()
                    .filter(each -> each.settings().endpoint().hasSameAddress(listener.endpoint()))
                    .findFirst();
            same.ifPresent(removed::remove);
            Optional<OpenListener> changed =
                    same.map(each -> new OpenListener(listener, each.filter(), each.sockets()));
            changed.ifPresent(kept::add);
            return changed;
        }

        private OpenListener opened(ListenerSettings listener) throws ListenException {
            Optional<Endpoint> overlapping = removed.stream()
                    .flatMap(OpenListener::endpoints)
                    .filter(listener.endpoint()::overlaps)
                    .findFirst();
            if (overlapping.isPresent()) {
                throw new ListenException(
                        listener.endpoint(),
                        "the relay itself listens on " + overlapping.get() + ", and the two cannot be open at the same"
                                + " time; restart the relay for this change");
            }
            OpenListener opened = opener.opened(listener, next);
            added.add(opened);
            return opened;
        }

        /// Applies the settings to the sessions that begin from now on, and closes the listeners that are no
        /// longer configured. Open sessions continue.
        public void apply() {
            Tls previous = acceptance.tls();
            connections.use(next.limits().connections());
            proxyConnections.use(next.limits().connections());
            users.use(next.settings().users());
            acceptance = next;
            kept.forEach(listener -> opener.use(listener, next));
            added.forEach(OpenListener::accept);
            open = List.copyOf(all);
            removed.forEach(OpenListener::close);
            if (previous != null && previous.equals(next.tls())) {
                previous.reloadIfChanged();
            } else if (previous != null) {
                previous.close();
            }
        }

        /// Closes what was opened for these settings.
        public void discard() {
            added.forEach(opener::discard);
            if (next.tls() != null && !next.tls().equals(acceptance.tls())) {
                next.tls().close();
            }
        }
    }

    /// Stops accepting connections, waits for messages that are being received, and closes all connections.
    ///
    /// @param grace longest wait for these messages
    public void stop(Duration grace) {
        if (eventLoops.isShuttingDown()) {
            return; // already stopped
        }
        opener.close();
        eventLoops.forEach(
                loop -> loop.submit(() -> {}).awaitUninterruptibly()); // all accepted channels are now registered
        for (Channel client : clients) {
            client.eventLoop().execute(() -> stop(client));
        }
        boolean ended = clients.newCloseFuture().awaitUninterruptibly(grace.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            log.warn(
                    "closing {} connections that did not end in time; their unfinished messages are not accepted",
                    clients.size());
            clients.close().awaitUninterruptibly();
        }
        eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        flushLogs();
        handshakes.shutdownNow();
        users.close();
        Tls tls = acceptance.tls();
        if (tls != null) {
            tls.close();
        }
    }

    private void flushLogs() {
        rejectLog.flush();
        acceptance.sessions().rejectLog().flush();
    }

    private static void stop(Channel client) {
        ChannelHandlerContext context = client.pipeline().context(SmtpConnection.class);
        boolean inHandshake = client.pipeline().get(Handshake.class) != null;
        if (context == null || inHandshake) {
            client.close(); // without a session, or during a handshake, no reply can be sent
        } else {
            ((SmtpConnection) context.handler()).stop(context);
        }
    }
}
