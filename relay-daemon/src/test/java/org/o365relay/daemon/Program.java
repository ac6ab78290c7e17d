package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The program in a JVM of its own, and everything it says, on whichever stream.
final class Program implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern LISTENING = Pattern.compile(" listens on 127\\.0\\.0\\.1:(\\d+)");

    private final Process process;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();

    private Program(Process process) {
        this.process = process;
        this.reader = Thread.ofVirtual().start(this::read);
    }

    /// Starts `o365-relay` with these arguments.
    static Program start(String... arguments) throws IOException {
        return start(List.of(), Map.of(), arguments);
    }

    static Program run(Path config) throws IOException {
        return start("run", "--config", config.toString());
    }

    static Program start(List<String> jvmOptions, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.o365relay.daemon.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new Program(builder.start());
    }

    /// Waits until the relay listens.
    InetSocketAddress address() throws InterruptedException {
        Matcher port = LISTENING.matcher(await(line -> LISTENING.matcher(line).find()));
        if (!port.find()) {
            throw new AssertionError("the line had a port when it was found");
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
    }

    String await(Predicate<String> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (lines) {
            while (true) {
                var found = lines.stream().filter(wanted).findFirst();
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (found.isPresent()) {
                    return found.get();
                }
                if (left <= 0 || !reader.isAlive()) {
                    throw new AssertionError("not said: " + lines);
                }
                lines.wait(left);
            }
        }
    }

    /// SIGTERM. Asks the handle, because the process would also close the streams and what it says last be lost.
    void terminate() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /// SIGKILL; returns when it is gone.
    void kill() throws InterruptedException {
        assertThat(process.toHandle().destroyForcibly()).isTrue();
        process.waitFor();
        reader.join();
    }

    /// Waits for its end.
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE)) {
            throw new AssertionError("does not end: " + lines());
        }
        reader.join();
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /// Everything said so far.
    String said() {
        return String.join("\n", lines()) + "\n";
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            String line = said.readLine();
            while (line != null) {
                add(line);
                line = said.readLine();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    private void add(String line) {
        synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
        }
    }
}
