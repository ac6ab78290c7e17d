package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.daemon.demo.DemoRelay;
import org.o365relay.daemon.demo.DemoRelaySettings;
import org.o365relay.mail.Secret;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

/// The sandbox and the relay of a demo in a temporary directory. [#close()] stops them and deletes the
/// directory; a shutdown hook does the same if the program is terminated.
final class DemoEnvironment implements AutoCloseable {

    static final String MAILBOX = "relay@contoso.example";

    private final Path directory;
    private final Sandbox sandbox;
    private final DemoRelay relay;
    private boolean closed;

    private DemoEnvironment(Path directory, Sandbox sandbox, DemoRelay relay) {
        this.directory = directory;
        this.sandbox = sandbox;
        this.relay = relay;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "demo-end"));
    }

    /// Starts the sandbox and the relay.
    ///
    /// @param port port of the relay; if it cannot be used, any free port is used instead
    static DemoEnvironment start(DemoRelay.Starter starter, int port) throws CommandFailed, IOException {
        Path directory = Files.createTempDirectory("o365-relay-demo");
        try {
            return start(starter, port, directory);
        } catch (CommandFailed | IOException | RuntimeException e) {
            delete(directory);
            throw e;
        }
    }

    private static DemoEnvironment start(DemoRelay.Starter starter, int port, Path directory)
            throws CommandFailed, IOException {
        Secret password = new Secret(Passwords.random());
        Sandbox sandbox = SandboxCommand.start(
                SandboxSettings.in(received(directory), new SandboxMailbox(MAILBOX, password.reveal())));
        try {
            return new DemoEnvironment(directory, sandbox, starter.start(settings(directory, sandbox, password, port)));
        } catch (IOException e) {
            sandbox.close();
            throw new CommandFailed(ExitCode.UNAVAILABLE, "the relay cannot start: " + e.getMessage());
        }
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /// @return the address and port of the relay
    InetSocketAddress relay() {
        return relay.address();
    }

    /// @return the directory in which the sandbox stores received messages
    Path received() {
        return received(directory);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        relay.close();
        sandbox.close();
        delete(directory);
    }

    private static DemoRelaySettings settings(Path directory, Sandbox sandbox, Secret password, int port)
            throws IOException {
        return new DemoRelaySettings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort(port)),
                Files.createDirectory(directory.resolve("queue")),
                MAILBOX,
                password,
                "localhost",
                sandbox.address().getPort(),
                sandbox.trustedCertificates());
    }

    private static Path received(Path directory) {
        return directory.resolve("received");
    }

    /// @return the wanted port; 0, which selects any free port, if the wanted port cannot be used
    private static int freePort(int wanted) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            return wanted;
        } catch (IOException inUse) {
            return 0;
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> paths = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : paths) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
