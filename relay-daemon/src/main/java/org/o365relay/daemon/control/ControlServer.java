package org.o365relay.daemon.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import jdk.net.ExtendedSocketOptions;
import org.o365relay.config.ControlSettings;
import org.o365relay.daemon.control.ControlException.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets commands ask a running relay and tell it what to do, over a Unix socket. What clients do to it harms nobody:
/// at most 16 are heard at once, who is silent is sent away, and the relay goes on whatever becomes of them. A change
/// that has begun runs to its end, also if its client goes away.
public final class ControlServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private static final int MAX_CLIENTS = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(200);

    private final Function<String, Control> controls;
    private final String program;
    private final Duration timeout;
    private final ControlSocket file;
    private final ServerSocketChannel listening;
    private final Deadlines deadlines = new Deadlines();
    private final Semaphore free = new Semaphore(MAX_CLIENTS);
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final Set<SocketChannel> awaitingRequest = ConcurrentHashMap.newKeySet();

    private ControlServer(
            ControlSocket file,
            ServerSocketChannel listening,
            Function<String, Control> controls,
            String program,
            Duration patience) {
        this.controls = controls;
        this.program = program;
        this.timeout = patience;
        this.file = file;
        this.listening = listening;
    }

    /// Begins to listen.
    ///
    /// @param controls what a user may ask, by name
    /// @param program such as `o365-relay 0.1.0`
    /// @throws IOException if the socket cannot be made, with a message for the admin
    public static ControlServer start(ControlSettings settings, Function<String, Control> controls, String program)
            throws IOException {
        return start(settings, controls, program, TIMEOUT);
    }

    static ControlServer start(
            ControlSettings settings, Function<String, Control> controls, String program, Duration patience)
            throws IOException {
        ControlSocket file = new ControlSocket(settings, RandomGenerator.getDefault());
        ControlServer server = new ControlServer(file, file.listen(), controls, program, patience);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        while (listening.isOpen()) {
            try {
                admit(listening.accept());
            } catch (IOException e) {
                if (listening.isOpen()) {
                    log.warn("the control socket takes no connection for now: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    /// Too many open files, for example: it passes.
    private static void pause() {
        try {
            Thread.sleep(ACCEPT_RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel client) {
        boolean isWelcome = free.tryAcquire();
        clients.add(client);
        awaitingRequest.add(client);
        Thread.ofVirtual().name("control-client").start(() -> {
            try (client) {
                serve(client, isWelcome);
            } catch (IOException e) {
                log.debug("a client of the control socket has gone: {}", e.getMessage());
            } catch (RuntimeException e) {
                log.error("a client of the control socket could not be served because of a bug; please report it", e);
            } finally {
                clients.remove(client);
                awaitingRequest.remove(client);
                if (isWelcome) {
                    free.release();
                }
            }
        });
    }

    private void serve(SocketChannel client, boolean isWelcome) throws IOException {
        if (!isWelcome) {
            ControlException tooMany = new ControlException(
                    Kind.NOT_RUNNING,
                    MAX_CLIENTS + " other commands are using the relay just now; try again in a moment");
            client.configureBlocking(false);
            client.write(
                    ByteBuffer.wrap((Protocol.error(program, tooMany) + "\n").getBytes(StandardCharsets.US_ASCII)));
            return;
        }
        String user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        try (Control control = controls.apply(user)) {
            new ControlConnection(client, control, program, timeout, deadlines)
                    .serve(() -> awaitingRequest.remove(client));
        }
    }

    /// Hears nobody more, and gives those that are being served some seconds.
    @Override
    public void close() {
        try {
            file.delete();
            listening.close();
        } catch (IOException e) {
            log.warn("the control socket did not close cleanly: {}", e.getMessage());
        }
        awaitingRequest.forEach(ControlServer::disconnect);
        try {
            if (free.tryAcquire(MAX_CLIENTS, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                free.release(MAX_CLIENTS);
            } else {
                log.warn("a command has not ended; what it has changed until now stays changed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clients.forEach(ControlServer::disconnect);
        deadlines.close();
    }

    private static void disconnect(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            log.debug("a client of the control socket did not close: {}", e.getMessage());
        }
    }
}
