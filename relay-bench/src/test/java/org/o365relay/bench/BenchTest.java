package org.o365relay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.bench.load.FakeServer;
import picocli.CommandLine;

/// Runs each command once, with [FakeRelay] behind a start script like the packaged one.
class BenchTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private Path home;
    private Path scratch;

    @BeforeEach
    void writeStartScript() throws IOException {
        home = directory.resolve("o365-relay");
        scratch = Files.createDirectory(directory.resolve("scratch"));
        Files.createDirectories(home.resolve("bin"));
        writeScript(FakeRelay.class.getName());
    }

    private void writeScript(String program) throws IOException {
        Path script = home.resolve("bin/o365-relay");
        Files.writeString(script, """
            #!/bin/sh
            exec "%s" -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $O365_RELAY_JAVA_OPTS -cp "%s" %s "$@"
            """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path"),
                        program));
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void measuresHowARelayAcceptsMailAndLeavesNoFiles() {
        assertThat(bench("accept", "--sessions=3", "--messages=30", "--warm-up=0"))
                .isZero();

        assertThat(out.toString()).startsWith("Machine: ");
        List<String> cells = lastRow();
        assertThat(cells.subList(0, 2)).containsExactly("o365-relay", "3 persistent, 4 KiB");
        assertThat(Double.parseDouble(cells.get(2).replace(",", ""))).isPositive();
        assertThat(cells.get(6)).isEqualTo("0");
        assertThat(Integer.parseInt(cells.get(10))).isPositive();
        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void measuresARunningServer() throws IOException {
        try (FakeServer server = FakeServer.friendly()) {
            int code = run(
                    "accept",
                    "--target=127.0.0.1:" + server.address().getPort(),
                    "--sessions=2",
                    "--messages=9",
                    "--warm-up=0",
                    "--per-message");

            assertThat(code).isZero();
            assertThat(lastRow()).contains("2 new per message, 4 KiB", "0", "–");
            assertThat(server.sizes()).hasSize(9);
        }
    }

    @Test
    void waitsUntilTheUpstreamHasAllMessages() {
        assertThat(bench("deliver", "--sessions=3", "--messages=20", "--warm-up=5"))
                .isZero();

        List<String> cells = lastRow();
        assertThat(cells.get(1)).isEqualTo("20 from 3");
        assertThat(cells.subList(4, 7)).containsExactly("1", "1", "0");
    }

    @Test
    void deliversToTheSandboxInASeparateProcess() {
        assertThat(bench("deliver", "--sandbox", "--sessions=2", "--messages=9", "--warm-up=0"))
                .isZero();

        assertThat(lastRow().subList(4, 7)).containsExactly("–", "–", "0");
    }

    @Test
    void measuresStartup() {
        assertThat(bench("startup", "--times=1", "--idle=0")).isZero();

        List<String> cells = lastRow();
        assertThat(Integer.parseInt(cells.get(1))).isBetween(10, 30_000);
        assertThat(Integer.parseInt(cells.get(4))).isPositive();
    }

    @Test
    void comparesManyMailboxesAndDevicesWithOneMailbox() {
        assertThat(bench("many", "--mailboxes=3", "--devices=300", "--times=1", "--idle=0"))
                .isZero();

        List<String> cells = lastRow();
        assertThat(cells.subList(0, 2)).containsExactly("3", "300");
        assertThat(Integer.parseInt(cells.get(2))).isBetween(10, 30_000);
        assertThat(Double.parseDouble(cells.get(5))).isBetween(0.1, 10.0);
    }

    @Test
    void measuresTheFirstMessagesAfterEachStart() {
        assertThat(bench("cold", "--times=3", "--sessions=2", "--messages=9")).isZero();

        List<String> cells = lastRow();
        assertThat(cells.get(1)).isEqualTo("9 from 2");
        assertThat(cells.subList(2, 5).stream().map(Double::valueOf).toList())
                .as("median, fastest, slowest")
                .satisfies(seconds -> assertThat(seconds.get(0)).isBetween(seconds.get(1), seconds.get(2)));
        assertThat(Double.parseDouble(cells.get(5).replace(",", ""))).isPositive();
    }

    @Test
    void givesTheRelayASmallHeapForALargeMessage() {
        assertThat(bench("large", "--size=3MiB", "--heap=48m")).isZero();

        assertThat(lastRow().subList(1, 3)).containsExactly("1 × 3 MiB", "48");
    }

    @Test
    void comparesALongQueueWithAnEmptyQueue() throws IOException {
        writeScript("org.o365relay.daemon.Main");

        assertThat(bench(
                        "backlog",
                        "--deferred=50",
                        "--history=20",
                        "--messages=20",
                        "--sessions=2",
                        "--rounds=1",
                        "--idle=0"))
                .isZero();

        assertThat(lastRow().getFirst()).isEqualTo("change");
        assertThat(out.toString())
                .contains("50 deferred, 20 settled")
                .containsPattern("queue \\(summary\\) .*\\| 50 ")
                .containsPattern("trace by Message-ID, first message .*\\| 1 ");
    }

    @Test
    void measuresDrainingABacklogAndReleasingItsDiskSpace() throws IOException {
        writeScript("org.o365relay.daemon.Main");

        assertThat(bench(
                        "drain",
                        "--deferred=120",
                        "--messages=40",
                        "--warm-up=20",
                        "--sessions=2",
                        "--connections=2",
                        "--unchanged=1",
                        "--empty"))
                .isZero();

        assertThat(out.toString()).contains("new mail only", "a backlog of 120");
        assertThat(lastRow().getFirst()).startsWith("emptied: 0 MiB, 0 MiB");
    }

    @Test
    void reportsTheOutputOfARelayThatDoesNotStart() throws IOException {
        Files.writeString(home.resolve("bin/o365-relay"), "#!/bin/sh\necho the data directory is locked\nexit 3\n");

        assertThat(bench("startup")).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        assertThat(err.toString()).contains("the server ended", "the data directory is locked");
    }

    @Test
    void requiresATarget() {
        assertThat(run("startup")).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString()).contains("--relay PATH");
    }

    private int bench(String command, String... arguments) {
        Stream<String> relay = Stream.of(command, "--relay=" + home, "--directory=" + scratch);
        return run(Stream.concat(relay, Stream.of(arguments)).toArray(String[]::new));
    }

    private int run(String... arguments) {
        return Bench.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private List<String> lastRow() {
        String row = out.toString().strip().lines().toList().getLast();
        return Stream.of(row.split("\\|", -1))
                .map(String::strip)
                .filter(cell -> !cell.isEmpty())
                .toList();
    }
}
