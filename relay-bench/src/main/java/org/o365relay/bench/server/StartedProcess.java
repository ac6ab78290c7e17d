package org.o365relay.bench.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// A server process that the benchmark started. It is stopped with SIGTERM, and killed after a timeout.
///
/// @param startupTime time from the start of the process until its port was open
public record StartedProcess(Process process, InetSocketAddress address, Duration startupTime) implements Server {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

    /// Starts a command and waits for its port.
    ///
    /// @param output file to which the output of the process is appended
    /// @throws IOException if the process exits or does not open the port; the message contains its output
    static StartedProcess start(
            List<String> command, Map<String, String> environment, InetSocketAddress address, Path output)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        long start = System.nanoTime();
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "stops " + command.getFirst()));
        try {
            long opened = Ports.awaitOpen(address, START_TIMEOUT, process::isAlive);
            return new StartedProcess(process, address, Duration.ofNanos(opened - start));
        } catch (IOException e) {
            process.destroyForcibly().waitFor();
            throw new IOException(e.getMessage() + "; its output:\n" + Files.readString(output), e);
        }
    }

    @Override
    public OptionalLong pid() {
        return OptionalLong.of(process.pid());
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> descendants = process.descendants().toList();
        process.destroy();
        if (!Programs.awaitExit(process.toHandle(), STOP_TIMEOUT)) {
            descendants.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new IOException("the server did not stop within " + STOP_TIMEOUT.toSeconds() + " s; it was killed");
        }
    }
}
