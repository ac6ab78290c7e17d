package org.o365relay.queue.jdbc;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.o365relay.Effort;

/// Runs a program in another JVM, which the test can kill. The program reports to the test on its standard
/// output, line by line.
public final class ChildJvm implements AutoCloseable {

    private static final String END = "-- end of output --";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::listen);
    }

    /// @param scratch directory for its temporary files
    public static ChildJvm start(Path scratch, Class<?> main, String... arguments) throws IOException {
        return new ChildJvm(new ProcessBuilder(command(scratch, main, arguments))
                .redirectErrorStream(true)
                .start());
    }

    /// Starts a program with a limit on the size of files.
    ///
    /// @param kibibytes the limit, which can be raised later
    public static ChildJvm startLimited(int kibibytes, Path scratch, Class<?> main, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -S -f " + kibibytes + " && exec \"$@\"", "limited"));
        command.addAll(command(scratch, main, arguments));
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /// Starts a program through another one, which gets the command line appended to its arguments.
    public static ChildJvm startBy(List<String> launcher, Path scratch, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(launcher);
        command.addAll(command(scratch, main, arguments));
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private static List<String> command(Path scratch, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dlogback.configurationFile=org/o365relay/queue/jdbc/quiet-logback.xml",
                "-Djava.io.tmpdir=" + scratch,
                "-Dtests.long=" + Effort.isLong(),
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    public long pid() {
        return process.pid();
    }

    /// @return the rest of the next line with this prefix
    public String awaitLine(String beginning) throws InterruptedException {
        while (true) {
            String line = lines.poll(60, TimeUnit.SECONDS);
            if (line == null || line.equals(END)) {
                throw new AssertionError("the child did not say " + beginning + " but " + heard);
            }
            heard.add(line);
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length()).strip();
            }
        }
    }

    public void tell(String line) throws IOException {
        process.outputWriter(StandardCharsets.UTF_8).append(line).append('\n').flush();
    }

    /// SIGKILL.
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    private void listen() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException killed) {
            // the program was killed; what it had written before was read
        } finally {
            lines.add(END);
        }
    }
}
