package org.o365relay.accept;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Reply;
import org.o365relay.queue.MessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens, and gives every client that may come in a [Session] on an [SmtpConnection].
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails shows as an inactive channel
public final class SmtpListener {

    private static final Logger log = LoggerFactory.getLogger(SmtpListener.class);

    /// Devices come in crowds, when a shift ends or the power is back; a short backlog would make most of them
    /// wait for a retransmission.
    private static final int BACKLOG = 4_096;

    private final AcceptSettings settings;
    private final Devices devices;
    private final MessageQueue queue;
    private final Journal journal;
    private final InstantSource clock;
    private final Users users;
    private final Census census;
    private final EventLoopGroup eventLoops;
    private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile boolean stopping;

    public SmtpListener(
            AcceptSettings settings, Devices devices, MessageQueue queue, Journal journal, InstantSource clock) {
        this.settings = settings;
        this.devices = devices;
        this.queue = queue;
        this.journal = journal;
        this.clock = clock;
        this.users = new Users(settings.users(), clock);
        this.census = new Census(settings.limits().connections());
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.eventLoops = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), io);
    }

    /// Binds an address and begins to accept.
    ///
    /// @return the bound address, with the port that was chosen if it was 0
    /// @throws ListenException if the address cannot be bound
    public InetSocketAddress listen(ListenerSettings listener) throws ListenException {
        Endpoint.Tcp endpoint = (Endpoint.Tcp) listener.endpoint();
        Class<? extends ServerChannel> transport =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        var binding = new ServerBootstrap()
                .group(eventLoops)
                .channel(transport)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // who has sent all may still wait for the reply
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2_048, 64 * 1024).maxMessagesPerRead(1))
                .childHandler(new Reception(listener))
                .bind(endpoint.address(), endpoint.port())
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new ListenException(listener, binding.cause());
        }
        listening.add(binding.channel());
        return (InetSocketAddress) binding.channel().localAddress();
    }

    /// Accepts no more, lets messages that are being received end, and then closes every connection.
    ///
    /// @param grace how long messages in the middle may take to end
    public void stop(Duration grace) {
        stopping = true;
        listening.close().awaitUninterruptibly();
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
    }

    private static void stop(Channel client) {
        ChannelHandlerContext context = client.pipeline().context(SmtpConnection.class);
        if (context != null) {
            ((SmtpConnection) context.handler()).stop(context);
        }
    }

    /// Decides at the door.
    private final class Reception extends ChannelInitializer<Channel> {

        private final ListenerSettings listener;

        Reception(ListenerSettings listener) {
            this.listener = listener;
        }

        @Override
        protected void initChannel(Channel channel) throws UnknownHostException {
            InetAddress client = plain(((InetSocketAddress) channel.remoteAddress()).getAddress());
            ClientPolicy policy = listener.trusted().policy(client).orElse(null);
            if (policy == null) {
                turnAway(
                        channel,
                        client,
                        Reply.of(
                                554,
                                "5.7.1",
                                client.getHostAddress()
                                        + " is not in this relay's trusted networks (relay.trusted-networks)"));
                return;
            }
            switch (census.enter(client, policy.limits().connections())) {
                case WELCOME -> welcome(channel, client, policy);
                case TOO_MANY ->
                    turnAway(
                            channel, client, Reply.of(421, "4.3.2", "Too many connections (relay.limits.connections)"));
                case TOO_MANY_FROM_CLIENT ->
                    turnAway(
                            channel,
                            client,
                            Reply.of(
                                    421,
                                    "4.7.0",
                                    "Too many connections from " + client.getHostAddress()
                                            + " (relay.limits.connections-per-client)"));
            }
        }

        private void welcome(Channel channel, InetAddress client, ClientPolicy policy) {
            clients.add(channel);
            channel.closeFuture().addListener(_ -> census.leave(client));
            channel.pipeline()
                    .addLast(new SmtpConnection(
                            new Session(
                                    new Client(client, policy, devices.at(client), ListenerTls.OFF),
                                    settings,
                                    users,
                                    queue,
                                    journal,
                                    clock),
                            settings.limits(),
                            (_, _) -> channel.close())); // TLS is off, so nobody is told to begin it
            if (stopping) { // came in while the others were being told
                channel.eventLoop().execute(() -> stop(channel));
            }
        }

        private void turnAway(Channel channel, InetAddress client, Reply reply) {
            journal.rejected(client, "", null, null, reply);
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext ctx) {
                    SmtpConnection.closeAfter(ctx, SmtpConnection.encode(ctx, reply), false);
                }
            });
        }

        /// Without the zone of a link-local address: it names this machine's interface, not the client.
        private static InetAddress plain(InetAddress address) throws UnknownHostException {
            return InetAddress.getByAddress(address.getAddress());
        }
    }
}
