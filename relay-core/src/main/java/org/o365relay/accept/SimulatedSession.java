package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.session.SessionSettings;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Journal;
import org.o365relay.time.SteadyClock;

/// A connection without a socket, handled by the same code as a real one. It replies as if the client had just
/// connected; nothing is queued, counted or logged. STARTTLS always succeeds, without a handshake. Not
/// thread-safe.
public final class SimulatedSession implements AutoCloseable {

    private static final Journal NO_JOURNAL = _ -> {};

    private final DiscardingQueue queue = new DiscardingQueue();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Users users;

    /// @param client address of the client
    /// @param policy policy of the client's network; null if the client is in no trusted network
    /// @param tls TLS mode of the listener; [ListenerTls#OFF] if there is no certificate
    public SimulatedSession(
            SessionSettings settings,
            InetAddress client,
            @Nullable ClientPolicy policy,
            ListenerTls tls,
            SteadyClock clock) {
        this.users = new Users(null, clock.calendar());
        Devices devices = new Devices(clock);
        if (policy == null) {
            new RejectHandler(devices, new RejectLog(NO_JOURNAL, RejectLog.CONNECTION_LINES))
                    .reject(channel, client, RejectReplies.untrusted(client), tls == ListenerTls.IMPLICIT);
        } else {
            channel.pipeline()
                    .addLast(new SmtpConnection(
                            new SessionFactory(settings, users, queue, NO_JOURNAL, clock)
                                    .open(new Client(client, policy, devices.at(client), tls)),
                            settings.limits(),
                            (pipeline, _) -> pipeline.fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS),
                            ReceiveMemory.ofProcess()));
        }
        channel.pipeline().fireChannelActive();
    }

    /// @return the lines that the server has sent since the last call, without line endings
    public List<String> replies() {
        StringBuilder sent = new StringBuilder();
        for (ByteBuf reply = channel.readOutbound(); reply != null; reply = channel.readOutbound()) {
            sent.append(reply.toString(StandardCharsets.UTF_8));
            reply.release();
        }
        return sent.toString().lines().toList();
    }

    /// Sends octets to the server, unless it has closed the connection.
    public void send(byte[] octets) {
        if (isOpen()) {
            channel.writeInbound(Unpooled.wrappedBuffer(octets));
        }
    }

    /// @return whether the connection is open; false if the server has closed it
    public boolean isOpen() {
        return channel.isOpen();
    }

    /// @return the last message that was accepted; empty if none was
    public Optional<SimulatedMessage> message() {
        return queue.message();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        users.close();
    }
}
