package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.daemon.cli.CliEnvironment;

/// `queue verify`, `backup` and `restore`, beside a running relay and without one.
@Timeout(60)
final class BackupAndRestoreTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine(CliEnvironment.ofProgram(), arguments)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private int verify(String... more) {
        return run(Stream.concat(Stream.of("queue", "--config", config(), "verify"), Stream.of(more))
                .toArray(String[]::new));
    }

    private String config() {
        return directory.resolve("relay.conf").toString();
    }

    private RelayFixture relay() throws Exception {
        return new RelayFixture(directory, directory.resolve("office"));
    }

    @Test
    void restoresABackupOfARunningRelayAndDeliversItsMailAgain() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("backups"));
        Path backup;
        try (RelayFixture fixture = relay().with("connect:drop").start();
                Device device = fixture.device()) {
            device.send("a scan");
            assertThat(run("backup", "--config", config(), folder.toString()))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).contains(": 1 open message, ");
            assertThat(verify()).as(out.toString()).isZero();
            assertThat(out.toString()).contains("The queue is intact.");
            assertThat(verify("--repair")).isEqualTo(75);
            try (Stream<Path> files = Files.list(folder)) {
                backup = files.toList().getFirst();
            }
            assertThat(run("restore", "--config", config(), backup.toString(), "--replace"))
                    .isEqualTo(75);
        }
        assertThat(run("restore", "--config", config(), backup.toString())).isEqualTo(73);
        assertThat(err.toString()).contains("--replace").doesNotContain("\tat ");
        assertThat(run("restore", "--config", config(), backup.toString(), "--replace"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("replaced", "Restored: 1 open message.");
        try (RelayFixture fixture = relay().start()) {
            assertThat(fixture.received("a scan")).isNotNull();
        }
    }

    @Test
    void reportsAndRepairsADamagedQueue() throws Exception {
        try (RelayFixture fixture = relay().with("connect:drop").start();
                Device device = fixture.device()) {
            for (int i = 0; i < 60; i++) {
                device.send("scan " + i);
            }
        }
        assertThat(verify()).isZero();
        damage(9);
        assertThat(verify()).isEqualTo(65);
        assertThat(out.toString()).contains("file: ", "--repair");
        assertThat(verify("--repair")).as(out + "" + err).isIn(0, 65);
        assertThat(out.toString()).contains("The original files were copied to", "The queue is repaired.");
        assertThat(verify()).as(out.toString()).isZero();
        assertThat(err.toString()).doesNotContain("\tat ");
    }

    @Test
    void rejectsVerifyWithJson() {
        assertThat(verify("--json")).isEqualTo(64);
        assertThat(err.toString()).contains("does not support --json");
    }

    @Test
    void verifyReportsAMissingQueue() throws Exception {
        try (RelayFixture fixture = relay()) {
            ConfigText.write(directory, fixture.office());
        }
        for (List<String> more : List.of(List.<String>of(), List.of("--repair"))) {
            assertThat(verify(more.toArray(String[]::new))).isEqualTo(73);
        }
        assertThat(err.toString()).contains("there is no queue in").doesNotContain("\tat ");
    }

    @Test
    void readsTheQueueWithoutSecrets() throws Exception {
        try (RelayFixture fixture = relay().with("connect:drop").start();
                Device device = fixture.device()) {
            device.send("a scan");
        }
        Path file = Path.of(config());
        String written = "password = \"" + ConfigText.PASSWORD + "\"";
        String text = Files.readString(file);
        assertThat(text).contains(written);
        for (String given : List.of("password = ${?RELAY_NO_SUCH_VARIABLE}", "password-file = missing")) {
            Files.writeString(file, text.replace(written, given));

            assertThat(run("status", "--config", config())).as(err.toString()).isEqualTo(69);
            assertThat(run("queue", "--config", config())).isZero();
            assertThat(verify()).isZero();
            assertThat(run("backup", "--config", config(), directory.toString()))
                    .isIn(0, 73); // two in the same second have the same name
        }
        assertThat(err.toString()).doesNotContain("problem");
    }

    private void damage(long page) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("queue/queue.db").toFile(), "rw")) {
            file.seek((page - 1) * 4096);
            file.write("garbage ".repeat(512).getBytes(StandardCharsets.US_ASCII));
        }
    }
}
