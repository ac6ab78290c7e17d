package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.accept.tls.Tls;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Devices;
import org.o365relay.mail.Deviation;

/// Builds the channel pipelines of admitted clients: first implicit TLS or, on plain-text ports, TLS detection;
/// then the SMTP session.
final class PipelineFactory {

    private final SessionFactory sessions;
    private final Devices devices;
    private final RejectHandler rejects;
    private final @Nullable Tls tls;
    private final ReceiveMemory memory;
    private final LateTlsClients lateTlsClients;

    /// @param tls TLS of the server; null if no certificate is configured
    PipelineFactory(
            SessionFactory sessions,
            Devices devices,
            RejectHandler rejects,
            @Nullable Tls tls,
            ReceiveMemory memory,
            InstantSource clock) {
        this(sessions, devices, rejects, tls, memory, new LateTlsClients(clock));
    }

    private PipelineFactory(
            SessionFactory sessions,
            Devices devices,
            RejectHandler rejects,
            @Nullable Tls tls,
            ReceiveMemory memory,
            LateTlsClients lateTlsClients) {
        this.sessions = sessions;
        this.devices = devices;
        this.rejects = rejects;
        this.tls = tls;
        this.memory = memory;
        this.lateTlsClients = lateTlsClients;
    }

    /// @return a factory for sessions with other settings and TLS
    PipelineFactory with(SessionFactory nextSessions, @Nullable Tls nextTls) {
        return new PipelineFactory(nextSessions, devices, rejects, nextTls, memory, lateTlsClients);
    }

    RejectHandler rejects() {
        return rejects;
    }

    ReceiveMemory memory() {
        return memory;
    }

    LateTlsClients lateTlsClients() {
        return lateTlsClients;
    }

    /// @param mode TLS mode of the listener
    Client client(InetAddress address, ClientPolicy policy, ListenerTls mode) {
        return new Client(address, policy, devices.at(address), tls == null ? ListenerTls.OFF : mode);
    }

    /// Adds handlers to the end of the pipeline. The handlers before them must fire `channelActive`.
    void add(ChannelPipeline pipeline, Client client) {
        switch (client.tls()) {
            case IMPLICIT -> addTls(pipeline, client);
            case OFF, OPTIONAL, REQUIRED ->
                pipeline.addLast(new TlsDetection(client, this, greetingDelay(pipeline.channel(), client)));
        }
    }

    /// @return delay of the greeting for TLS detection; zero if detection is off, or on a Unix socket, because
    ///     local programs do not start TLS by mistake
    private Duration greetingDelay(Channel channel, Client client) {
        boolean unix = channel instanceof DomainSocketChannel;
        if (tls == null || client.tls() == ListenerTls.OFF || unix) {
            return Duration.ZERO;
        }
        Duration detection = tls.files().tlsDetectionTimeout();
        boolean longer = detection.compareTo(TlsDetection.LATE_CLIENT_DELAY) < 0
                && lateTlsClients.needsLongerDelay(client.address());
        return longer && detection.isPositive() ? TlsDetection.LATE_CLIENT_DELAY : detection;
    }

    /// Adds TLS and, after the handshake, a session.
    void addTls(ChannelPipeline pipeline, Client client) {
        ClientHelloReader hello = new ClientHelloReader(requireTls().keyAlgorithm());
        pipeline.addLast(
                hello,
                requireTls().handler(pipeline.channel(), client.policy().oldTls()),
                new Handshake(client, hello, rejects, ctx -> {
                    addSession(ctx.pipeline(), client);
                    fireHandshakeSuccess(ctx);
                    ctx.fireChannelActive();
                }));
    }

    /// Adds a session, which starts on `channelActive`.
    void addSession(ChannelPipeline pipeline, Client client) {
        pipeline.addLast(new SmtpConnection(
                sessions.open(client),
                sessions.settings().limits(),
                (secured, hasPipelinedInput) -> startTls(secured, hasPipelinedInput, client),
                memory));
    }

    private void startTls(ChannelPipeline pipeline, boolean hasPipelinedInput, Client client) {
        if (hasPipelinedInput) {
            client.device().deviated(Deviation.PIPELINED_STARTTLS);
        }
        ClientHelloReader hello = new ClientHelloReader(requireTls().keyAlgorithm());
        pipeline.addFirst(
                hello,
                requireTls().handler(pipeline.channel(), client.policy().oldTls()),
                new Handshake(client, hello, rejects, PipelineFactory::fireHandshakeSuccess));
    }

    private static void fireHandshakeSuccess(ChannelHandlerContext ctx) {
        ctx.fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
    }

    private Tls requireTls() {
        if (tls == null) {
            throw new IllegalStateException("TLS requires a certificate");
        }
        return tls;
    }
}
