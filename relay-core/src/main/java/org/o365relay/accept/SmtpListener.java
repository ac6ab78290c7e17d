package org.o365relay.accept;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
import org.o365relay.accept.tls.OldTls;
import org.o365relay.accept.tls.Tls;
import org.o365relay.accept.tls.UnusableCertificateException;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Journal;
import org.o365relay.queue.Intake;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The SMTP server: opens the listeners and runs a [Session] on an [SmtpConnection] for each admitted
/// connection.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close makes the channel inactive
public final class SmtpListener {

    private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);

    private final SessionLimits limits;
    private final SteadyClock clock;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final ReceiveMemory memory = ReceiveMemory.ofProcess();
    private final RejectLog rejectLog;
    private final SessionFactory sessions;
    private final PipelineFactory pipelines;
    private final ServerSockets sockets;
    private final ExecutorService handshakes;
    private final Users users;
    private final @Nullable Tls tls;
    private final EventLoopGroup eventLoops;
    private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

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
        this.limits = settings.session().limits();
        this.clock = clock;
        this.connections = ConnectionLimiter.withReserve(limits.connections());
        this.proxyConnections = new ConnectionLimiter(limits.connections());
        this.sockets = new ServerSockets(InheritedSockets.of(environment));
        this.handshakes = handshakes();
        this.tls = tls(settings, checkInterval);
        this.users = new Users(settings.users(), clock);
        this.rejectLog = new RejectLog(journal, RejectLog.CONNECTION_LINES);
        this.sessions = new SessionFactory(settings.session(), users, queue, journal, clock.calendar());
        this.pipelines =
                new PipelineFactory(sessions, devices, new RejectHandler(devices, rejectLog), tls, memory, clock);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.eventLoops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), io);
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

    private @Nullable Tls tls(AcceptSettings settings, Duration checkInterval) throws ListenException {
        CertificateFiles files = settings.certificate();
        try {
            return files == null
                    ? null
                    : new Tls(files, limits.commandTimeout(), handshakes, clock.calendar(), checkInterval);
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
        checkTls(listener);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops)
                .handler(new AcceptFailureHandler(clock))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // the client may still wait for replies
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(
                                        512, ReceiveMemory.MIN_BUFFER, memory.bufferSize(limits.connections()))
                                .maxMessagesPerRead(1))
                .childHandler(new ConnectionFilter(
                        listener, pipelines, connections, proxyConnections, clients, limits.commandTimeout()));
        List<ServerSockets.Bound> bound = sockets.open(listener.endpoint(), bootstrap);
        bound.forEach(socket -> listening.add(socket.channel()));
        return bound.stream().map(ServerSockets.Bound::endpoint).toList();
    }

    private void checkTls(ListenerSettings listener) throws ListenException {
        boolean needed = switch (listener.tls()) {
            case OFF, OPTIONAL -> false;
            case REQUIRED, IMPLICIT -> true;
        };
        if (needed && tls == null) {
            throw new ListenException(
                    listener.endpoint(),
                    "TLS requires a certificate; set relay.tls.certificate and relay.tls.key, or tls = off");
        }
        if (tls != null && listener.usesOldTls() && !OldTls.isAllowed()) {
            throw new ListenException(
                    listener.endpoint(),
                    "old-tls of a trusted network has no effect: TLS was used before old TLS was allowed, or the"
                            + " crypto policy of the system forbids it");
        }
    }

    /// Stops accepting connections, waits for messages that are being received, and closes all connections.
    ///
    /// @param grace longest wait for these messages
    public void stop(Duration grace) {
        if (eventLoops.isShuttingDown()) {
            return; // already stopped
        }
        listening.close().awaitUninterruptibly();
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
        if (tls != null) {
            tls.close();
        }
    }

    private void flushLogs() {
        rejectLog.flush();
        sessions.rejectLog().flush();
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
