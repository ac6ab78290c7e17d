package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.o365relay.admit.ClientPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// TLS with the relay's own certificate, which can be replaced while it runs; connections that began with the
/// old one go on with it. Safe for any number of threads.
final class Tls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Tls.class);

    /// Clients that come back are few, and sessions that nobody resumes cost memory.
    private static final int SESSION_CACHE_SIZE = 1_000;

    static {
        // TLS 1.2 allows a client any number of handshakes in one connection, each much dearer to the relay than to the
        // client. The JDK reads this once, before its first handshake as a server.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final CertificateFiles files;
    private final Duration handshake;
    private final Executor workers;
    private final InstantSource clock;
    private final CertificateMonitor monitor;
    private volatile Contexts contexts;

    /// @param handshake how long it may take
    /// @param workers do what is too slow for an event loop
    /// @param lookInterval how often to look whether the files have changed
    /// @throws UnusableCertificateException if certificate and key cannot be used
    Tls(CertificateFiles files, Duration handshake, Executor workers, InstantSource clock, Duration lookInterval)
            throws UnusableCertificateException {
        this.files = files;
        this.handshake = handshake;
        this.workers = workers;
        this.clock = clock;
        this.monitor = new CertificateMonitor(files, this::reload, lookInterval);
        this.contexts = load();
        monitor.start();
    }

    /// @param current for everybody
    /// @param withOldTls for networks with old devices
    private record Contexts(SslContext current, SslContext withOldTls) {}

    CertificateFiles files() {
        return files;
    }

    /// @return to be put in front of the pipeline; waits for the client to begin
    SslHandler handler(Channel channel, ClientPolicy policy) {
        Contexts current = contexts;
        SslContext context = policy.oldTls() ? current.withOldTls : current.current;
        SslHandler handler = context.newHandler(channel.alloc(), workers);
        handler.setHandshakeTimeout(handshake.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }

    /// Reads the files again. If they cannot be used, everything stays as it is.
    private void reload() {
        try {
            contexts = load();
        } catch (UnusableCertificateException e) {
            log.error("the relay's certificate has changed, but the old one stays: {}", e.getMessage());
        }
    }

    private Contexts load() throws UnusableCertificateException {
        ServerIdentity identity = ServerIdentity.read(files);
        Contexts loaded = new Contexts(context(identity, false), context(identity, true));
        log.info("speaking TLS with {}", identity);
        identity.validityProblem(clock.instant()).ifPresent(log::warn);
        return loaded;
    }

    @Override
    public void close() {
        monitor.close();
    }

    private static SslContext context(ServerIdentity identity, boolean old) throws UnusableCertificateException {
        try {
            return SslContextBuilder.forServer(identity.key(), identity.chain())
                    .sslProvider(SslProvider.JDK)
                    .protocols(OldTls.versions(old))
                    .ciphers(OldTls.ciphers(old))
                    .sessionCacheSize(SESSION_CACHE_SIZE)
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new UnusableCertificateException(
                    "the certificate in " + identity.file() + " cannot be used for TLS: " + e.getMessage());
        }
    }
}
