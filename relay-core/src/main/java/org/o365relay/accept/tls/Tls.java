package org.o365relay.accept.tls;

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
import org.o365relay.time.RepeatingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Server-side TLS. Reloads the certificate when its files change; existing connections keep the old
/// certificate. Thread-safe.
public final class Tls implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Tls.class);

    /// Interval between checks for changed files.
    public static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

    /// The cache is small because few clients resume sessions, and cached sessions cost memory.
    private static final int SESSION_CACHE_SIZE = 1_000;

    static {
        // A TLS 1.2 client may renegotiate any number of times in one connection, and each handshake costs the
        // server much more than the client. The JDK reads this property once, before its first handshake as a
        // server.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final CertificateFiles files;
    private final Duration handshakeTimeout;
    private final Executor workers;
    private final InstantSource clock;
    private final RepeatingTask monitor;
    private CertificateFiles.Versions loadedVersions;
    private volatile Contexts contexts;

    /// @param handshakeTimeout longest duration of a handshake
    /// @param workers executor for the CPU-intensive parts of the handshake
    /// @param checkInterval interval between checks for changed files
    /// @throws UnusableCertificateException if the certificate or the key cannot be used
    public Tls(
            CertificateFiles files,
            Duration handshakeTimeout,
            Executor workers,
            InstantSource clock,
            Duration checkInterval)
            throws UnusableCertificateException {
        this.files = files;
        this.handshakeTimeout = handshakeTimeout;
        this.workers = workers;
        this.clock = clock;
        this.monitor = new RepeatingTask("certificate-monitor", checkInterval, checkInterval, this::reloadIfChanged);
        this.loadedVersions = files.versions();
        this.contexts = load();
        monitor.start();
    }

    /// @param current context for networks without `old-tls`
    /// @param withOldTls context for networks with `old-tls`
    /// @param keyAlgorithm algorithm of the certificate's key
    private record Contexts(SslContext current, SslContext withOldTls, String keyAlgorithm) {}

    public CertificateFiles files() {
        return files;
    }

    /// @param old whether old TLS is enabled for the client
    /// @return a new handler, which waits for the ClientHello
    public SslHandler handler(Channel channel, boolean old) {
        Contexts loaded = contexts;
        SslContext context = old ? loaded.withOldTls : loaded.current;
        SslHandler handler = context.newHandler(channel.alloc(), workers);
        handler.setHandshakeTimeout(handshakeTimeout.toMillis(), TimeUnit.MILLISECONDS);
        if (old) {
            OldTls.enableOldSignatures(handler.engine());
        }
        return handler;
    }

    /// @return algorithm of the certificate's key, such as `RSA` or `EC`
    public String keyAlgorithm() {
        return contexts.keyAlgorithm;
    }

    /// Polls the files. Polling, unlike a WatchService, also works on network file systems and with the
    /// symbolic links that certificate tools replace. Keeps the old certificate if the new files are invalid.
    public synchronized void reloadIfChanged() {
        // The versions are determined before the files are read, so that the next poll detects later changes.
        CertificateFiles.Versions current = files.versions();
        if (current.equals(loadedVersions)) {
            return;
        }
        loadedVersions = current;
        try {
            contexts = load();
        } catch (UnusableCertificateException e) {
            log.error("cannot load the changed certificate, keeping the old one: {}", e.getMessage());
        }
    }

    private Contexts load() throws UnusableCertificateException {
        ServerIdentity identity = ServerIdentity.read(files);
        Contexts loaded = new Contexts(
                context(identity, false),
                context(identity, true),
                identity.key().getAlgorithm());
        log.info("TLS enabled with {}", identity);
        identity.validityProblem(clock.instant()).ifPresent(log::warn);
        return loaded;
    }

    @Override
    public void close() {
        monitor.stop(Duration.ZERO);
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
