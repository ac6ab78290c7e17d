package org.o365relay.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.o365relay.bench.server.Ports;
import org.o365relay.bench.server.Programs;
import org.o365relay.bench.server.RelayLauncher;

/// Runs the sandbox in a separate process and counts the messages by the line that it prints for each.
final class SandboxSmarthost implements Smarthost {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);
    private static final String CERTIFICATE = "certificate";
    private static final String LAST_STARTUP_LINE = "stored in";
    private static final String MESSAGE = " -> ";

    private final Process process;
    private final int port;
    private final Path certificate;
    private final Semaphore arrived = new Semaphore(0);

    private SandboxSmarthost(Process process, int port, Path certificate) {
        this.process = process;
        this.port = port;
        this.certificate = certificate;
    }

    /// @param script path of `bin/o365-relay`
    static SandboxSmarthost start(Path script, Path directory) throws IOException {
        int port = Ports.unused();
        Process process = new ProcessBuilder(command(script, port, directory))
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stops the sandbox"));
        BufferedReader output = process.inputReader();
        SandboxSmarthost sandbox = new SandboxSmarthost(process, port, awaitStartup(output));
        Thread.ofVirtual().start(() -> sandbox.count(output));
        return sandbox;
    }

    private static List<String> command(Path script, int port, Path directory) {
        return List.of(
                script.toString(),
                "sandbox",
                "--port=" + port,
                "--directory=" + directory,
                "--user=" + RelayLauncher.MAILBOX,
                "--password=" + RelayLauncher.PASSWORD,
                "--keep=records");
    }

    /// @return the certificate file of the sandbox
    private static Path awaitStartup(BufferedReader output) throws IOException {
        StringBuilder printed = new StringBuilder();
        String certificate = "";
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            printed.append(line).append('\n');
            String text = line.strip();
            if (text.startsWith(CERTIFICATE)) {
                certificate = text.substring(CERTIFICATE.length()).strip();
            } else if (text.startsWith(LAST_STARTUP_LINE)) {
                return Path.of(certificate);
            }
        }
        throw new IOException("the sandbox did not start; its output:\n" + printed);
    }

    private void count(BufferedReader output) {
        try (output) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.contains(MESSAGE)) {
                    arrived.release();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the output of the sandbox", e);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Path certificate() {
        return certificate;
    }

    @Override
    public boolean awaitMessages(int count, Duration timeout) throws InterruptedException {
        return arrived.tryAcquire(count, timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int surplus() {
        return arrived.availablePermits();
    }

    @Override
    public OptionalLong handshakes() {
        return OptionalLong.empty();
    }

    @Override
    public OptionalLong logins() {
        return OptionalLong.empty();
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        if (!Programs.awaitExit(process.toHandle(), STOP_TIMEOUT)) {
            process.destroyForcibly();
            throw new IOException("the sandbox did not stop within " + STOP_TIMEOUT.toSeconds() + " s; it was killed");
        }
    }
}
