package org.o365relay.bench;

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

/// Other programs of this machine.
final class Programs {

    private Programs() {}

    /// Looks in the path and where daemons live, which is often not in a user's path.
    static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// A program of the JDK that runs the bench.
    static Path ofJdk(String name) throws IOException {
        Path program = Path.of(System.getProperty("java.home"), "bin", name);
        if (!Files.isExecutable(program)) {
            throw new IOException("the bench needs a full JDK: there is no " + program);
        }
        return program;
    }

    /// Runs a program to its end.
    ///
    /// @return its output and error output
    /// @throws IOException if it cannot be started or its exit code is not 0
    static String output(List<String> command) throws IOException, InterruptedException {
        Path file = Files.createTempFile("o365-relay-bench", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file.toFile())
                    .start();
            int code = process.waitFor();
            String output = Files.readString(file, StandardCharsets.UTF_8);
            if (code != 0) {
                throw new IOException(String.join(" ", command) + " ended with " + code + ":\n" + output);
            }
            return output;
        } finally {
            Files.delete(file);
        }
    }

    /// Waits for the end of a process.
    ///
    /// @return whether it ended in time
    static boolean ended(ProcessHandle process, Duration longest) throws IOException {
        try {
            process.onExit().get(longest.toMillis(), TimeUnit.MILLISECONDS);
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
