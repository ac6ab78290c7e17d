package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class CommandLinesTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"--version", "sandbox --version", "demo --version"})
    void printsTheVersionOfEveryCommand(String line) {
        assertThat(run(FakeRelay.honest(), line)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).matches("o365-relay \\d+\\.\\d+\\.\\S+ \\(Java 2\\d[0-9.]*\\)\\R");
    }

    @ParameterizedTest
    @CsvSource({
        "--help, Usage: o365-relay",
        "sandbox --help, Usage: o365-relay sandbox",
        "demo -h, Usage: o365-relay demo"
    })
    void printsTheHelpOfEveryCommand(String line, String beginning) {
        assertThat(run(FakeRelay.honest(), line)).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith(beginning);
        assertThat(out.toString().lines()).allMatch(text -> text.length() <= 80);
    }

    @Test
    void listsEveryExitCodeInItsHelp() throws IllegalAccessException {
        run(FakeRelay.honest(), "--help");
        for (var field : ExitCode.class.getFields()) {
            assertThat(out.toString()).containsPattern("(?m)^\\s+" + field.getInt(null) + "\\s+\\S");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        snadbox                      | Did you mean: o365-relay sandbox
        sandbox --directry x         | Did you mean: o365-relay sandbox --directory x
        sandbox --port 70000         | '70000' is not a port (0 to 65535)
        sandbox --port x             | 'x' is not a port
        sandbox --keep none          | --keep: 'none' is not files or records or count
        sandbox --fault lunch:drop   | unknown point "lunch"; known points are connect,
        sandbox --fault graph:AADSTS50034 | only allowed at token
        sandbox --https x            | 'x' is not a port
        sandbox --scenario x --mx 0  | --mx cannot be combined with --scenario
        ``                           | no command given
        """)
    void reportsUsageErrorsWith64(String line, String explanation) {
        assertThat(run(FakeRelay.honest(), line)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("o365-relay: ")
                .contains(explanation)
                .doesNotContain("\tat ");
    }

    @Test
    void printsAReferenceScenario() {
        assertThat(run(FakeRelay.honest(), "sandbox --print-scenario")).isEqualTo(ExitCode.OK);
        assertThat(out.toString()).startsWith("# A scenario for").contains("time-scale = 1");
    }

    @Test
    void exitsWith78ForAnInvalidScenario(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("bad.conf"), "limits {}\nlimitz {}\n");
        int code = run(FakeRelay.honest(), "sandbox --scenario " + file + " --directory " + directory);
        assertThat(code).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(err.toString()).startsWith("o365-relay: " + file + ":2: unknown key \"limitz\"; known keys are ");
    }

    @Test
    void exitsWith69IfTheSandboxPortIsInUse(@TempDir Path directory) throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int code = run(FakeRelay.honest(), "sandbox --port " + other.getLocalPort() + " --directory " + directory);
            assertThat(code).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(err.toString())
                    .startsWith("o365-relay: cannot listen on 127.0.0.1:" + other.getLocalPort())
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void exitsWith73IfTheSandboxDirectoryIsAFile(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(run(FakeRelay.honest(), "sandbox --port 0 --directory " + file))
                .isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(err.toString()).contains(file + " is not a directory").doesNotContain("\tat ");
    }

    @Test
    void showsEveryDemoMessageAsSentAndAsReceived() {
        assertThat(run(FakeRelay.honest(), "demo --once --port 0"))
                .as(this::said)
                .isEqualTo(ExitCode.OK);
        assertThat(out.toString())
                .contains("5 of 5 messages arrived as expected.")
                .containsPattern("envelope from +<scanner@mfp-2nd-floor.local> +<relay@contoso.example>")
                .containsPattern("envelope from +<> +<relay@contoso.example>")
                .containsPattern("Message-ID +- +<1@fake>")
                .containsPattern("login +none +AUTH LOGIN +relay@contoso.example")
                .containsPattern("TLS +none +TLSv1.3")
                .containsPattern(
                        "envelope to +sales@contoso.example, +sales@contoso.example,\\R +m.keller@contoso.example +m.k")
                .containsPattern("Subject +Cron <root@nas> Plattenprüfung überfällig")
                .containsPattern("body +[0-9,]+ bytes +(?:ok|✔) identical");
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 110);
    }

    @Test
    void demoFailsIfABodyHasChanged() {
        int code = run(FakeRelay.damaging(CommandLinesTest::withOtherCharge), "demo --once --port 0");
        assertThat(code).isEqualTo(ExitCode.INTERNAL);
        assertThat(out.toString())
                .contains("4 of 5 messages arrived as expected.", "the body differs from the one that the device sent");
    }

    @Test
    void demoFailsIfTheRelayRejectsAMessage() {
        int code = run(FakeRelay.damaging(content -> new byte[0]), "demo --once --port 0");
        assertThat(code).isEqualTo(ExitCode.INTERNAL);
        assertThat(out.toString()).contains("0 of 5 messages");
    }

    @Test
    void usesAnotherPortIfTheWantedOneIsInUse() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run(FakeRelay.honest(), "demo --once --port " + other.getLocalPort()))
                    .isEqualTo(ExitCode.OK);
            assertThat(out.toString())
                    .startsWith("Port " + other.getLocalPort() + " is in use; the relay listens on port ");
        }
    }

    @Test
    void reportsWhyTheRelayCannotStart() {
        int code = run(
                plan -> {
                    throw new IOException("no luck today");
                },
                "demo --once");
        assertThat(code).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err.toString()).isEqualToIgnoringNewLines("o365-relay: the relay cannot start: no luck today");
    }

    private int run(org.o365relay.daemon.demo.DemoRelay.Starter starter, String line) {
        CommandLine commands = CommandLines.of(new SandboxCommand(), new DemoCommand(starter))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
        return commands.execute(
                Stream.of(line.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new));
    }

    private String said() {
        return out + "\n" + err;
    }

    private static byte[] withOtherCharge(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8).replace("Charge 97 %", "Charge 98 %");
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
