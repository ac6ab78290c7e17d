package org.o365relay.bench.server;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// Runs other programs.
public final class Programs {

    private Programs() {}

    /// Searches `PATH` and the sbin directories, which are often not in the `PATH` of a user.
    static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Finds a program, such as `jcmd`, in the JDK on which the benchmark runs.
    public static Path ofJdk(String name) throws IOException {
        Path program = Path.of(System.getProperty("java.home"), "bin", name);
        if (!Files.isExecutable(program)) {
            throw new IOException("the benchmark needs a full JDK; missing " + program);
        }
        return program;
    }

    /// Runs a program until it exits.
    ///
    /// @return standard output and standard error of the program
    /// @throws IOException if the program cannot be started or its exit code is not 0
    public static String output(List<String> command) throws IOException, InterruptedException {
        Path file = Files.createTempFile("o365-relay-bench", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            int code = process.waitFor();
            String output = Files.readString(file, StandardCharsets.UTF_8);
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " exited with code " + code + ":\n" + output);
            }
            return output;
        } finally {
            Files.delete(file);
        }
    }

    /// Waits until a process exits.
    ///
    /// @return false on timeout
    public static boolean awaitExit(ProcessHandle process, Duration timeout) throws IOException {
        try {
            process.onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("cannot wait for process " + process.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while process " + process.pid() + " stopped");
        }
    }
}
