package org.o365relay.daemon.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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

/// Serves the control requests of commands over a Unix socket. Serves at most 16 connections at once and closes
/// a connection if its client does not send the request or read the response in time. A change that has begun
/// completes even if its client disconnects.
public final class ControlServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    private static final int MAX_CLIENTS = 16;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(200);

    private final Function<String, Control> controls;
    private final String program;
    private final Duration timeout;
    private final ControlSocket socket;
    private final ServerSocketChannel listening;
    private final Deadlines deadlines = new Deadlines();
    private final Semaphore slots = new Semaphore(MAX_CLIENTS);
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final Set<SocketChannel> awaitingRequest = ConcurrentHashMap.newKeySet();

    private ControlServer(
            ControlSocket socket,
            ServerSocketChannel listening,
            Function<String, Control> controls,
            String program,
            Duration timeout) {
        this.controls = controls;
        this.program = program;
        this.timeout = timeout;
        this.socket = socket;
        this.listening = listening;
    }

    /// Starts the server.
    ///
    /// @param controls creates the [Control] for the user with the given name
    /// @param program name and version of the relay, such as `o365-relay 0.1.0`
    /// @throws IOException if the socket cannot be created; the message is for the admin
    public static ControlServer start(ControlSettings settings, Function<String, Control> controls, String program)
            throws IOException {
        return start(settings, controls, program, TIMEOUT);
    }

    static ControlServer start(
            ControlSettings settings, Function<String, Control> controls, String program, Duration timeout)
            throws IOException {
        ControlSocket socket = new ControlSocket(settings, RandomGenerator.getDefault());
        ControlServer server = new ControlServer(socket, socket.listen(), controls, program, timeout);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        while (listening.isOpen()) {
            try {
                handle(listening.accept());
            } catch (IOException e) {
                if (listening.isOpen()) {
                    log.warn("control socket: cannot accept a connection, retrying: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    /// Waits before accepting again, because the error may be temporary, such as too many open files.
    private static void pause() {
        try {
            Thread.sleep(ACCEPT_RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(SocketChannel client) {
        boolean isAdmitted = slots.tryAcquire();
        clients.add(client);
        awaitingRequest.add(client);
        Thread.ofVirtual().name("control-client").start(() -> {
            try (client) {
                serve(client, isAdmitted);
            } catch (IOException e) {
                log.debug("control socket: client disconnected: {}", e.getMessage());
            } catch (RuntimeException e) {
                log.error("control socket: internal error while serving a client; please report it", e);
            } finally {
                clients.remove(client);
                awaitingRequest.remove(client);
                if (isAdmitted) {
                    slots.release();
                }
            }
        });
    }

    private void serve(SocketChannel client, boolean isAdmitted) throws IOException {
        if (!isAdmitted) {
            ControlException tooMany = new ControlException(
                    Kind.NOT_RUNNING, MAX_CLIENTS + " other commands are using the relay; try again in a moment");
            client.configureBlocking(false);
            client.write(ByteBuffer.wrap(ControlResponse.error(program, tooMany).line()));
            return;
        }
        String user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        new ControlConnection(client, () -> controls.apply(user), program, timeout, deadlines)
                .serve(() -> awaitingRequest.remove(client));
    }

    /// Stops listening, waits a few seconds for requests in progress, and disconnects all clients.
    @Override
    public void close() {
        try {
            socket.delete();
            listening.close();
        } catch (IOException e) {
            log.warn("control socket: cannot close: {}", e.getMessage());
        }
        awaitingRequest.forEach(ControlServer::disconnect);
        try {
            if (slots.tryAcquire(MAX_CLIENTS, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                slots.release(MAX_CLIENTS);
            } else {
                log.warn("control socket: a request is still in progress; changes made so far are kept");
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
            log.debug("control socket: cannot close a connection: {}", e.getMessage());
        }
    }
}
