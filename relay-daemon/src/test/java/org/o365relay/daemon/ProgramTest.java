package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.daemon.systemd.UnixDatagramReceiver;
import org.o365relay.sandbox.Sandbox;

/// The program as an admin meets it: exit codes, messages and signals, in a process of its own.
@Timeout(60)
final class ProgramTest {

    @TempDir
    static Path office;

    static Sandbox sandbox;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() throws IOException {
        sandbox = Sandbox.start(RelayFixture.sandboxSettings(office));
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    @Test
    void deliversAndExitsWith0OnSigterm() throws Exception {
        try (Program relay = Program.run(ConfigText.write(directory, sandbox))) {
            try (Device device = new Device(relay.address())) {
                device.send("from a process");
            }
            relay.await(line -> line.contains(" delivered id="));
            relay.terminate();

            assertThat(relay.exitCode()).as(relay.said()).isZero();
            assertThat(relay.said())
                    .contains(
                            "stopped; queued messages stay in the queue",
                            "alerts reach no one: set relay.notices.admin")
                    .doesNotContain("\tat ");
            assertThat(relay.lines()).noneMatch(line -> line.contains(" ERROR "));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void notifiesSystemdWhenItIsReadyAndWhenItStops() throws Throwable {
        String socket = directory.resolve("notify").toString();
        Path config = ConfigText.write(directory, sandbox);
        try (var systemd = new UnixDatagramReceiver(socket);
                Program relay = Program.start(
                        List.of(), Map.of("NOTIFY_SOCKET", socket), "run", "--config", config.toString())) {
            int port = relay.address().getPort();
            relay.terminate();
            assertThat(relay.exitCode()).isZero();

            assertThat(systemd.receive()).isEqualTo("READY=1\nSTATUS=listening on 127.0.0.1:" + port + "\n");
            assertThat(systemd.receive()).startsWith("STOPPING=1\n");
        }
    }

    @Test
    void reportsEveryConfigurationErrorAndExitsWith78() throws Exception {
        Path config = ConfigText.write(
                directory, sandbox, "relay.retry.frist-delay = 1m", "relay.limits.message-size = 3apples");
        List<Program> commands = new ArrayList<>(); // they run at the same time
        for (String command : List.of("run", "check", "config")) {
            commands.add(Program.start(command, "--config", config.toString()));
        }

        for (Program command : commands) {
            assertThat(command.exitCode()).isEqualTo(78);
            assertThat(command.said())
                    .containsPattern("relay\\.conf:14: .*frist-delay.*did you mean")
                    .containsPattern("relay\\.conf:15: .*message-size")
                    .contains("o365-relay: 2 problems in " + config + "; nothing was started")
                    .doesNotContain("\tat ", ConfigText.PASSWORD);
        }
    }

    @Test
    void exitsWith69IfThePortIsInUse() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listener = "relay.listeners = [ { address = \"127.0.0.1\", port = " + other.getLocalPort() + " } ]";
            assertEnd(69, "cannot listen on 127.0.0.1:" + other.getLocalPort() + ": the port is in use", listener);
        }
    }

    @Test
    void exitsWith73IfTheDataDirectoryIsAFile() throws Exception {
        Path file = Files.createFile(directory.resolve("queue"));
        assertEnd(73, "data directory " + file + " cannot be used: " + file + " is not a directory");
    }

    @Test
    void exitsWith73IfTheControlSocketCannotBeCreated() throws Exception {
        Path file = Files.writeString(directory.resolve("control.sock"), "precious");
        assertEnd(73, "is not a socket; remove the file or set another path", "relay.control.socket = control.sock");
        assertThat(file).hasContent("precious");
    }

    @Test
    void exitsWith65IfTheQueueIsDamagedAndLeavesItUnchanged() throws Exception {
        Path database = Files.createDirectory(directory.resolve("queue")).resolve("queue.db");
        Files.writeString(database, "this is no database, it only pretends\n".repeat(500));
        assertEnd(65, "the queue " + database + " is damaged");
        assertThat(database).hasContent("this is no database, it only pretends\n".repeat(500));
    }

    @Test
    void exitsWith75IfAnotherRelayUsesTheDataDirectory() throws Exception {
        try (Program first = Program.run(ConfigText.write(directory, sandbox))) {
            first.address();
            assertEnd(75, "is in use by another running relay (process " + first.pid() + ")");
        }
    }

    @Test
    void checkShowsStepByStepThatMailCanBeSent() throws Exception {
        Path config = ConfigText.write(directory, sandbox);
        Program check = Program.start("check", "--config", config.toString());

        assertThat(check.exitCode()).as(check.said()).isZero();
        assertThat(check.said())
                .contains("✔ configuration: " + config)
                .containsPattern("✔ connect +localhost is .*127\\.0\\.0\\.1")
                .containsPattern("✔ connect +connected to 127\\.0\\.0\\.1 port "
                        + sandbox.address().getPort())
                .containsPattern("✔ TLS +TLSv1\\.[23], TLS_\\S+, certificate CN=localhost, .*valid until \\d{4}-")
                .containsPattern("✔ sign-in +signed in as relay@contoso.example with LOGIN")
                .contains("✔ relay@contoso.example can send mail.")
                .doesNotContain(ConfigText.PASSWORD);
        assertThat(directory.resolve("queue")).doesNotExist();
    }

    @Test
    void checkGivesAdviceOnAWrongPasswordAndNeverShowsIt() throws Exception {
        String wrong = "wr0ng-and-secret";
        String line = "relay.mailbox-defaults.credential.password = " + wrong;
        Path config = ConfigText.write(directory, sandbox);
        Files.writeString(config, Files.readString(config).replace(ConfigText.PASSWORD, wrong) + line + "\n");
        Program check = Program.start("check", "--config", config.toString());

        assertThat(check.exitCode()).isEqualTo(69);
        assertThat(check.said())
                .containsPattern("✘ sign-in +535 5\\.7\\.3 Authentication unsuccessful")
                .contains("    cause ", "    advice ", "✘ relay@contoso.example cannot send mail.")
                .doesNotContain(wrong, "\tat ", "can send mail");
    }

    @Test
    void configPrintsTheEffectiveSettingsWithoutSecrets() throws Exception {
        Program config = Program.start(
                "config", "--config", ConfigText.write(directory, sandbox).toString());

        assertThat(config.exitCode()).isZero();
        assertThat(config.said())
                .contains("first-delay", "password", "***", "message-size")
                .doesNotContain(ConfigText.PASSWORD);
    }

    @Test
    void printsHelpAndVersion() throws Exception {
        for (Program program : List.of(Program.start("--version"), Program.start("--help"))) {
            assertThat(program.exitCode()).isZero();
            assertThat(program.said()).contains("o365-relay ").doesNotContain("WARNING");
        }
    }

    private void assertEnd(int code, String message, String... configuration) throws Exception {
        Program relay = Program.run(ConfigText.write(directory, sandbox, configuration));
        assertThat(relay.exitCode()).as(relay.said()).isEqualTo(code);
        assertThat(relay.lines().getLast()).startsWith("o365-relay: ").contains(message);
        assertThat(relay.said()).doesNotContain("\tat ", "listens on");
    }
}
