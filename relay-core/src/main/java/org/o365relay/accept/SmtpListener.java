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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Journal;
import org.o365relay.queue.MessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens, and gives every client that may come in a [Session] on an [SmtpConnection].
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails shows as an inactive channel
public final class SmtpListener {

    private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);

    private final SessionLimits limits;
    private final InstantSource clock;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final PipelineFactory pipelines;
    private final ServerSockets sockets;
    private final ExecutorService handshakes;
    private final Users users;
    private final @Nullable Tls tls;
    private final EventLoopGroup eventLoops;
    private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /// @throws ListenException if the relay's certificate cannot be used
    public SmtpListener(
            AcceptSettings settings, Devices devices, MessageQueue queue, Journal journal, InstantSource clock)
            throws ListenException {
        this(settings, devices, queue, journal, clock, System.getenv(), CertificateMonitor.INTERVAL);
    }

    /// @param environment may tell of sockets that were handed over
    /// @param lookInterval how often to look for a new certificate
    SmtpListener(
            AcceptSettings settings,
            Devices devices,
            MessageQueue queue,
            Journal journal,
            InstantSource clock,
            Map<String, String> environment,
            Duration lookInterval)
            throws ListenException {
        this.limits = settings.limits();
        this.clock = clock;
        this.connections = new ConnectionLimiter(limits.connections());
        this.proxyConnections = new ConnectionLimiter(limits.connections());
        this.sockets = new ServerSockets(InheritedSockets.of(environment));
        this.handshakes = handshakes();
        this.tls = tls(settings, lookInterval);
        this.users = new Users(settings.users(), clock);
        RejectLog doorJournal = new RejectLog(journal, clock);
        this.pipelines = new PipelineFactory(
                settings, users, devices, queue, journal, clock, new RejectHandler(devices, doorJournal), tls);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.eventLoops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), io);
        long pause = RejectLog.INTERVAL.toMillis();
        eventLoops.scheduleWithFixedDelay(doorJournal::flush, pause, pause, TimeUnit.MILLISECONDS);
    }

    /// Computing signatures is nothing for event loops, and too much for many threads at once.
    private static ExecutorService handshakes() {
        int most = Runtime.getRuntime().availableProcessors();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                most,
                most,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("handshake-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private @Nullable Tls tls(AcceptSettings settings, Duration lookInterval) throws ListenException {
        CertificateFiles files = settings.certificate();
        try {
            return files == null ? null : new Tls(files, limits.commandTimeout(), handshakes, clock, lookInterval);
        } catch (UnusableCertificateException e) {
            throw new ListenException("cannot speak TLS: " + e.getMessage());
        }
    }

    /// Binds an address and begins to accept.
    ///
    /// @return what is open now, with the port that was chosen if it was 0; several if the service manager has
    ///     handed over several sockets of the name
    /// @throws ListenException if the address cannot be bound
    public List<Endpoint> listen(ListenerSettings listener) throws ListenException {
        checkTls(listener);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops)
                .handler(new AcceptFailureHandler(clock))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // who has sent all may still wait for the reply
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2_048, 64 * 1024).maxMessagesPerRead(1))
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
                    "TLS needs a certificate; set relay.tls.certificate and relay.tls.key, or tls = off");
        }
        if (tls != null && OldTls.isConfigured(listener) && !OldTls.isAllowed()) {
            throw new ListenException(
                    listener.endpoint(),
                    "old-tls of a trusted network takes no effect: this process has used TLS before it was allowed, or"
                            + " this Java forbids it (crypto policy of the system)");
        }
    }

    /// Accepts no more, lets messages that are being received end, and then closes every connection.
    ///
    /// @param grace how long messages in the middle may take to end
    public void stop(Duration grace) {
        if (eventLoops.isShuttingDown()) {
            return; // stopped before
        }
        listening.close().awaitUninterruptibly();
        eventLoops.forEach(loop -> loop.submit(() -> {}).awaitUninterruptibly()); // who was accepted is in by now
        for (Channel client : clients) {
            client.eventLoop().execute(() -> stop(client));
        }
        boolean ended = clients.newCloseFuture().awaitUninterruptibly(grace.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            log.warn(
                    "{} clients did not end in time; what they had not finished is theirs to send again",
                    clients.size());
            clients.close().awaitUninterruptibly();
        }
        eventLoops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        handshakes.shutdownNow();
        users.close();
        if (tls != null) {
            tls.close();
        }
    }

    private static void stop(Channel client) {
        ChannelHandlerContext context = client.pipeline().context(SmtpConnection.class);
        boolean inHandshake = client.pipeline().get(Handshake.class) != null;
        if (context == null || inHandshake) {
            client.close(); // has not come to its session, or could not be told before the handshake ends
        } else {
            ((SmtpConnection) context.handler()).stop(context);
        }
    }
}
