package org.o365relay.daemon.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.RelaySettings;
import org.o365relay.admit.Device;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.daemon.explain.RulesReport;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// Each `explain/NN-*.txt` is a command and what it says, word for word, and its exit code.
final class ExplainCommandTest {

    private static final Path FILES = Path.of("src/test/resources/explain");
    private static final String LINE =
            "explain --client %s --listener %s --from %s --to %s --size %s --config " + FILES.resolve("relay.conf");

    private InstantSource clock = InstantSource.fixed(Instant.parse("2026-12-01T06:00:00Z"));
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @MethodSource("files")
    void showsTheResultAndTheDecidingKeyOfEachStep(Path file) throws IOException {
        String command = Files.readAllLines(file).getFirst();

        int code = run(command.substring(2).replaceFirst("(?<=--config )", FILES + "/"));

        assertThat(command + "\n" + out + "exit " + code + "\n").isEqualTo(Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource({"relay", "plain", "rules"})
    void checkListsWhichClientsMaySendWhat(String name) throws IOException {
        Configuration read = new ConfigReader(Map.of()).read(FILES.resolve(name + ".conf"));

        assertThat(read)
                .isInstanceOfSatisfying(
                        Configuration.Valid.class,
                        valid -> assertThat(RulesReport.lines(valid.settings()))
                                .isEqualTo(lines(FILES.resolve(name + "-rules.txt"))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        printer  | 1             | a@b.example | c@d.example | 1    | --client: 'printer' is not an IP address
        10.0.0.7 | 4             | a@b.example | c@d.example | 1    | --listener: no listener '4'; the listeners are 1 to 3: 0.0.0.0:25, 0.0.0.0:2525,
        10.0.0.7 | 127.0.0.1:25  | a@b.example | c@d.example | 1    | --listener: no listener '127.0.0.1:25'
        10.0.0.7 | 1             | a@b.example | c@d.example | 2_xx | --size: '2_xx' is not a size
        """)
    void reportsInvalidArguments(
            String client, String listener, String from, String to, String size, String complaint) {
        assertThat(run(LINE.formatted(client, listener, from, to, size))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("o365-relay: " + complaint).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --from a@b.example                             | --from and --to are required, or --dialogue
        --to a@b.example                               | --from and --to are required, or --dialogue
        --dialogue x.txt --from a@b.example            | --dialogue contains everything that the device sends
        --helo x --no-helo --from a@b.example --to c@d | --helo and --no-helo exclude each other
        --from a@b.example --to c@d --message none.eml | --message: cannot read none.eml
        --dialogue none.txt                            | --dialogue: cannot read none.txt
        """)
    void reportsWhatIsMissingOrTooMuch(String options, String complaint) {
        assertThat(run("explain --client 10.0.0.7 " + options + " --config " + FILES.resolve("relay.conf")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("o365-relay: " + complaint).doesNotContain("\tat ");
    }

    @Test
    void readsTheMessageFromStandardInput() {
        InputStream terminal = System.in;
        System.setIn(new ByteArrayInputStream("Subject: from a pipe\n\ntext\n".getBytes(UTF_8)));
        try {
            assertThat(run("explain --client 192.168.30.7 --from erp@contoso.example --to ann@customer.example"
                            + " --message - --config " + FILES.resolve("rules.conf")))
                    .isZero();
        } finally {
            System.setIn(terminal);
        }
        assertThat(out.toString())
                .contains("C: (content, 30 octets)", "- Subject: from a pipe", "+ Subject: [Test] from a pipe");
    }

    @Test
    void showsTheRecipientUsageOfADevice(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("relay.conf"), """
            relay {
              hostname = relay.contoso.example
              trusted-networks = [ { network = "10.0.0.7", recipients-per-day = 500 } ]
              data-directory = queue
              mailboxes = [ { address = "relay@contoso.example", credential { password = "secret" } } ]
            }
            """);
        String question = "explain --client 10.0.0.7 --from a@b.example --to c@d.example --config " + file;

        clock = InstantSource.system();
        assertThat(run(question)).isZero();
        assertThat(err.toString())
                .contains("Current usage of the device is unknown: there is no queue in " + directory);
        recordRecipients(file, 3);
        assertThat(run(question)).isZero();
        assertThat(out.toString().lines().filter(line -> line.startsWith("limits ")))
                .containsExactly(
                        "limits     each device: 50 simultaneous connections, 500 recipients per day",
                        "limits     each device: 50 simultaneous connections, 500 recipients per day; 10.0.0.7 has used"
                                + " 3 of 500 recipients in the last 24 hours");
    }

    @Test
    void printsItsHelp() {
        assertThat(run("explain --help")).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines()).allMatch(text -> text.length() <= 100);
    }

    private static void recordRecipients(Path file, int recipients) throws QueueUnavailableException {
        RelaySettings settings = ((Configuration.Valid) new ConfigReader(Map.of()).read(file)).settings();
        InstantSource clock = InstantSource.system();
        try (JdbcQueue queue = SqliteQueue.open(settings.queue(), SteadyClock.following(clock), new Random(1))) {
            Devices devices = new Devices(SteadyClock.following(clock));
            queue.devices().startPersisting(devices);
            Device device = devices.at(InetAddress.ofLiteral("10.0.0.7"));
            for (int i = 0; i < recipients; i++) {
                assertThat(device.reserveRecipient(new DeviceLimits(10, null, null, 500)))
                        .isEmpty();
                device.messageAccepted(1, 1, 2_048);
            }
        }
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files
                    .filter(file -> file.getFileName().toString().matches("\\d.*\\.txt"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException missing) {
            throw new AssertionError("no expectation " + file, missing);
        }
    }

    private int run(String line) {
        return CommandLines.of(new ExplainCommand(clock))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(line.split(" "));
    }
}
