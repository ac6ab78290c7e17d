package org.o365relay.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// An upstream that, like Exchange Online, requires AUTH and offers it only after STARTTLS; it accepts and
/// discards all messages, and counts them. The server uses little CPU time, so that it does not limit the
/// measured relay.
final class CountingSmarthost implements Smarthost {

    private static final int BACKLOG = 1_024;

    private final ServerSocket listener;
    private final LocalhostCertificate certificate;
    private final ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor();
    private final LongAdder handshakes = new LongAdder();
    private final LongAdder logins = new LongAdder();
    private final LongAdder aborted = new LongAdder();
    private final Semaphore received = new Semaphore(0);
    private volatile Consumer<String> messageListener = _ -> {};

    private CountingSmarthost(ServerSocket listener, LocalhostCertificate certificate) {
        this.listener = listener;
        this.certificate = certificate;
    }

    static CountingSmarthost open(LocalhostCertificate certificate) throws IOException {
        return open(certificate, 0);
    }

    static CountingSmarthost open(LocalhostCertificate certificate, int port) throws IOException {
        ServerSocket listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        CountingSmarthost smarthost = new CountingSmarthost(listener, certificate);
        smarthost.sessions.execute(smarthost::listen);
        return smarthost;
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public Path certificate() {
        return certificate.pem();
    }

    @Override
    public OptionalLong handshakes() {
        return OptionalLong.of(handshakes.sum());
    }

    @Override
    public OptionalLong logins() {
        return OptionalLong.of(logins.sum());
    }

    /// The number of sessions that ended without QUIT.
    long aborted() {
        return aborted.sum();
    }

    @Override
    public boolean awaitMessages(int count, Duration timeout) throws InterruptedException {
        return received.tryAcquire(count, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int surplus() {
        return received.availablePermits();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sessions.shutdownNow();
    }

    /// Sets the listener that is called with the last RCPT command of each message, before the message is
    /// counted.
    void onMessage(Consumer<String> newListener) {
        messageListener = newListener;
    }

    private void countMessage(String recipient) {
        messageListener.accept(recipient);
        received.release();
    }

    private void listen() {
        try {
            while (true) {
                Socket socket = listener.accept();
                sessions.execute(() -> serve(socket));
            }
        } catch (SocketException e) {
            // close() has closed the listener
            sessions.shutdown();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            new SmarthostSession(
                            socket, certificate.context(), handshakes::increment, logins::increment, this::countMessage)
                    .run();
        } catch (IOException e) {
            // the client sent no QUIT, or TLS failed; messages received before that remain counted
            aborted.increment();
        }
    }
}
