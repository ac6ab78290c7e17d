package org.o365relay.daemon;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.o365relay.Relay;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.journal.LogJournal;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;

/// The workload of the training run from which the AOT caches of the tarball are created. Started by
/// `packaging/src/build/aot-caches`.
///
/// - `load DIRECTORY` starts the sandbox, writes the configuration of a relay to `DIRECTORY/running.conf`, and
///   sends several thousand messages through it as soon as it listens. When the sandbox has received all of
///   them, writes the relay's port to `DIRECTORY/delivered`. Continues until SIGTERM.
/// - `commands DIRECTORY` runs short commands, with that relay and with the queue of one that is not running.
final class Training {

    private static final String MAILBOX = "relay@contoso.example";
    private static final String PASSWORD = "Contoso-relay-1";
    /// The same as `limits.connections` in the configuration that [#write] creates.
    private static final int DEVICES = 20;

    private static final int CONNECTIONS_OF_DEVICE = 10;
    private static final int MESSAGES_OF_CONNECTION = 25;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final String CONTENT = "From: Printer <printer@contoso.example>\r\n"
            + "To: office@contoso.example\r\n"
            + "Subject: Scan\r\n"
            + "Date: Tue, 1 Sep 2026 12:00:00 +0200\r\n"
            + "Message-ID: <1@printer.contoso.example>\r\n"
            + "MIME-Version: 1.0\r\n"
            + "Content-Type: application/octet-stream\r\n"
            + "Content-Transfer-Encoding: base64\r\n"
            + "\r\n"
            + ("QUJD".repeat(19) + "\r\n").repeat(52)
            + ".";

    private Training() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "load" -> load(directory);
            case "commands" -> commands(directory);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void load(Path directory) throws Exception {
        Sandbox sandbox =
                Sandbox.start(SandboxSettings.in(directory.resolve("sandbox"), new SandboxMailbox(MAILBOX, PASSWORD))
                        .with(SandboxSettings.Keep.COUNT));
        InetSocketAddress listener = freeAddress();
        createQueue(write(directory, "stopped", listener, sandbox));
        write(directory, "running", listener, sandbox);
        awaitOpen(listener);
        try (ExecutorService devices = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int device = 0; device < DEVICES; device++) {
                sent.add(devices.submit(() -> send(listener, CONNECTIONS_OF_DEVICE)));
            }
            for (Future<?> device : sent) {
                device.get();
            }
        }
        int all = DEVICES * CONNECTIONS_OF_DEVICE * MESSAGES_OF_CONNECTION;
        if (!sandbox.awaitCount(all, TIMEOUT)) {
            throw new IOException("only " + sandbox.acceptedCount() + " of " + all + " messages were delivered");
        }
        Files.writeString(directory.resolve("delivered"), Integer.toString(listener.getPort()));
    }

    private static void commands(Path directory) throws IOException {
        String running = directory.resolve("running.conf").toString();
        String stopped = directory.resolve("stopped.conf").toString();
        expectSuccess("--version");
        expectSuccess("--help");
        expectSuccess("status", "--config", running);
        expectSuccess("status", "--check", "--config", running);
        expectSuccess("status", "--json", "--config", running);
        expectSuccess("mailboxes", "--config", running);
        expectSuccess("devices", "--config", running);
        expectSuccess("mailboxes", "pause", MAILBOX, "--config", running);
        int port = Integer.parseInt(Files.readString(directory.resolve("delivered")));
        send(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        expectSuccess("queue", "--config", running);
        expectSuccess("queue", "list", "--config", running);
        expectSuccess("queue", "list", "--json", "--config", running);
        expectSuccess("trace", "office@contoso.example", "--config", running);
        expectSuccess("queue", "--config", stopped);
        expectSuccess("queue", "list", "--config", stopped);
    }

    private static void expectSuccess(String... command) {
        int code = Main.run(command);
        if (code != 0) {
            throw new IllegalStateException(String.join(" ", command) + " exits with " + code);
        }
    }

    private static void createQueue(Path conf) throws QueueUnavailableException, ListenException {
        if (new ConfigReader(Map.of()).read(conf) instanceof Configuration.Valid valid) {
            new Relay(valid.settings(), new LogJournal()).start().stop();
        }
    }

    /// @return the configuration file
    private static Path write(Path directory, String name, InetSocketAddress listener, Sandbox sandbox)
            throws IOException {
        return Files.writeString(directory.resolve(name + ".conf"), """
            relay {
              hostname = relay.contoso.example
              listeners = [ { address = "127.0.0.1", port = %d } ]
              data-directory = "%s"
              queue { minimum-free-space = 1MiB, maximum-size = 1GiB }
              mailboxes = [ {
                address = "%s"
                upstream { host = localhost, port = %d, trusted-certificates = "%s" }
                credential { type = password, password = "%s" }
                limits.connections = 20
              } ]
            }
            """.formatted(
                        listener.getPort(),
                        Files.createDirectory(directory.resolve(name)),
                        MAILBOX,
                        sandbox.address().getPort(),
                        sandbox.trustedCertificates(),
                        PASSWORD));
    }

    private static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(probe.getInetAddress(), probe.getLocalPort());
        }
    }

    private static void awaitOpen(InetSocketAddress listener) throws InterruptedException {
        while (true) {
            try (Socket _ = new Socket(listener.getAddress(), listener.getPort())) {
                return;
            } catch (IOException closed) {
                Thread.sleep(50);
            }
        }
    }

    private static Void send(InetSocketAddress listener, int connections) throws IOException {
        for (int connection = 0; connection < connections; connection++) {
            try (Socket socket = new Socket(listener.getAddress(), listener.getPort())) {
                socket.setTcpNoDelay(true);
                BufferedReader replies =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                expect(replies, '2');
                command(socket, replies, "EHLO printer.contoso.example", '2');
                for (int message = 0; message < MESSAGES_OF_CONNECTION; message++) {
                    command(socket, replies, "MAIL FROM:<printer@contoso.example>", '2');
                    command(socket, replies, "RCPT TO:<office@contoso.example>", '2');
                    command(socket, replies, "DATA", '3');
                    command(socket, replies, CONTENT, '2');
                }
                command(socket, replies, "QUIT", '2');
            }
        }
        return null;
    }

    private static void command(Socket socket, BufferedReader replies, String line, char expected) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        expect(replies, expected);
    }

    private static void expect(BufferedReader replies, char expected) throws IOException {
        String reply = replies.readLine();
        while (reply != null && reply.startsWith("-", 3)) {
            reply = replies.readLine();
        }
        if (reply == null) {
            throw new EOFException("the relay closed the connection");
        }
        if (reply.charAt(0) != expected) {
            throw new IOException("the relay replied: " + reply);
        }
    }
}
