package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.fault.Fault;

/// An operator's day: a relay in a process of its own, and the commands as they are typed.
@Timeout(120)
final class OperatorEndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @TempDir
    Path office;

    private final StringWriter said = new StringWriter();

    private String run(int expected, String... words) {
        said.getBuffer().setLength(0);
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of("--config", directory.resolve("relay.conf").toString()));
        String[] arguments = line.toArray(String[]::new);
        int code = Main.commandLine(CliEnvironment.ofProgram(), arguments)
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(arguments);
        assertThat(code).as("%s: %s", line, said).isEqualTo(expected);
        return said.toString();
    }

    /// Asks until it says that.
    private String awaited(String wanted, String... words) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String answer = run(0, words);
        while (!answer.contains(wanted)) {
            assertThat(System.nanoTime()).as(answer).isLessThan(end);
            answer = run(0, words);
        }
        return answer;
    }

    @Test
    void showsWhyMessagesAreQueuedAndChangesThem() throws Exception {
        try (Sandbox sandbox = Sandbox.start(RelayFixture.sandboxSettings(office))) {
            ConfigText.write(directory, sandbox, "relay.retry.first-delay = 1h");
            sandbox.faults().add(Fault.parse("rcpt/full@:452 4.2.2 Mailbox full"));
            try (Program relay = Program.run(directory.resolve("relay.conf"));
                    Device device = new Device(relay.address())) {
                assertThat(run(0, "queue")).contains("The queue is empty.", ConfigText.MAILBOX + "  open");
                String deferred = device.send("Scan \u001b[2J 1", "full@contoso.example");
                String other = device.send("Scan 2", "full@contoso.example");
                String third = device.send("ALARM", "full@contoso.example");
                String arrived = device.send("hello", "office@contoso.example");
                awaited(" deferred ", "queue", "show", third);

                showsTheQueue(deferred, arrived);
                changesMessages(deferred, other, third);
                sandbox.faults().clear();
                assertThat(run(0, "queue", "release", "--all", "--yes")).contains("Done: 1 message released");
                awaited("delivered", "trace", deferred);
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
        }
        showsTheResult();
    }

    @Test
    void resendsAFailedMessageToTheRightAddressAfterARestart() throws Exception {
        try (Sandbox sandbox = Sandbox.start(RelayFixture.sandboxSettings(office))) {
            ConfigText.write(directory, sandbox);
            sandbox.faults().add(Fault.parse("rcpt/gone@:550 5.1.10 Recipient not found"));
            String failed;
            try (Program relay = Program.run(directory.resolve("relay.conf"));
                    Device device = new Device(relay.address())) {
                failed = device.send("Contract", "gone@contoso.example");
                awaited("  failed, ", "queue", "show", failed);
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
            try (Program relay = Program.run(directory.resolve("relay.conf"))) {
                relay.address();
                Path file = directory.resolve("contract.eml");
                run(0, "queue", "show", failed, "--content", file.toString());
                assertThat(Files.readString(file)).contains("Subject: Contract");
                assertThat(run(0, "queue", "resend", failed, "--to", "office@contoso.example", "--yes"))
                        .contains("Done: 1 message queued again");
                Matcher resent = Pattern.compile("as (\\w{13}) to office@contoso.example, by ")
                        .matcher(run(0, "queue", "show", failed));
                assertThat(resent.find()).isTrue();
                awaited("delivered", "trace", resent.group(1));
                assertThat(run(0, "queue", "show", resent.group(1))).contains("from " + failed + ", by ");
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
        }
    }

    @Test
    void tracesEachRecipientOfAMessageToSeveral() throws Exception {
        try (Sandbox sandbox = Sandbox.start(RelayFixture.sandboxSettings(office))) {
            ConfigText.write(directory, sandbox);
            sandbox.faults().add(Fault.parse("rcpt/gone@:550 5.1.10 Recipient not found"));
            sandbox.faults().add(Fault.parse("rcpt/full@:452 4.2.2 Mailbox full"));
            try (Program relay = Program.run(directory.resolve("relay.conf"));
                    Device device = new Device(relay.address())) {
                String id =
                        device.send("Contract", "anna@contoso.example", "gone@contoso.example", "full@contoso.example");
                awaited("deferred", "queue", "show", id);
                String single = run(0, "trace", id);
                assertThat(single)
                        .containsPattern("anna@contoso\\.example  delivered \\d\\d:\\d\\d\\R")
                        .containsPattern(
                                "gone@contoso\\.example  FAILED \\d\\d:\\d\\d: 550 5\\.1\\.10 Recipient not found")
                        .containsPattern("full@contoso\\.example  waits: 452 4\\.2\\.2 Mailbox full");
                device.send("Another", "anna@contoso.example");
                awaited("Another", "trace");
                assertThat(run(0, "trace", "--younger", "1h", "--wide"))
                        .containsPattern("\\R +anna@contoso\\.example: delivered \\d\\d:\\d\\d\\R"
                                + "(?s).* gone@contoso\\.example: FAILED \\d\\d:\\d\\d: 550 5\\.1\\.10"
                                + " Recipient not found.* full@contoso\\.example: waits: 452 4\\.2\\.2"
                                + " Mailbox full");
                assertThat(run(0, "queue", "show", id, "--json"))
                        .containsPattern("\"address\":\"gone@contoso.example\",\"state\":\"failed\",\"lastResult\":"
                                + "\\{\"at\":\"[^\"]+\",\"recipient\":1,\"kind\":\"failed\",\"upstream\":\"[^\"]+\","
                                + "\"detail\":\"550 5.1.10 Recipient not found");
                relay.terminate();
                assertThat(relay.exitCode()).isZero();
            }
        }
    }

    private void showsTheQueue(String deferred, String arrived) throws IOException {
        awaited("3 deferred", "queue");
        assertThat(run(0, "queue", "list", "--recipient", "FULL@*"))
                .contains(deferred, "[2J 1")
                .doesNotContain(arrived, "\u001b");
        assertThat(run(0, "queue", "show", deferred, "--headers"))
                .contains("452 4.2.2 Mailbox full", "cause", "- From: ", "+ From: ", "by ESMTP");
        assertThat(run(0, "trace", "office@contoso.example"))
                .startsWith(arrived + "  delivered, ")
                .contains("trace id", "Hostname=");
        Path file = directory.resolve("scan.eml");
        run(0, "queue", "show", deferred, "--content", file.toString());
        assertThat(Files.readString(file)).contains("Subject: Scan \u001b[2J 1");
        assertThat(run(0, "status"))
                .contains("up since", "accepted", "No active alerts.")
                .doesNotContain("warning:");
        Files.setPosixFilePermissions(directory.resolve("queue"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(run(0, "status")).contains("warning: every user can list the data directory");
        assertThat(run(66, "queue", "show", "0123456789ABC")).contains("no message 0123456789ABC");
    }

    private void changesMessages(String deferred, String other, String third) {
        assertThat(run(0, "queue", "hold", deferred, other, "--yes")).contains("Done: 2 messages on hold");
        assertThat(run(66, "queue", "hold", third, "0123456789ABC", "--yes")).contains("nothing was changed");
        assertThat(run(0, "queue", "list", "--state", "held"))
                .contains(deferred, other)
                .doesNotContain(third);
        assertThat(run(0, "queue", "delete", "--subject", "alarm", "--dry-run")).contains(third, "dry run");
        assertThat(run(0, "queue", "delete", "--subject", "alarm", "--yes")).contains("Done: 1 message deleted");
        assertThat(run(0, "trace", third)).startsWith(third + "  deleted").contains("deleted by an operator");
        assertThat(run(
                        0,
                        "queue",
                        "redirect",
                        other,
                        "--recipient",
                        "full@contoso.example",
                        "--to",
                        "b@c.example",
                        "-y"))
                .contains("Done: 1 message now addressed to b@c.example");
        assertThat(run(0, "queue", "bounce", other, "--yes")).contains("Done: 1 message bounced");
        assertThat(run(0, "mailboxes", "pause", ConfigText.MAILBOX)).contains("is paused");
        assertThat(run(0, "mailboxes")).contains("paused", "paused by");
        assertThat(run(64, "mailboxes", "resume", "nobody@contoso.example"))
                .contains("no mailbox nobody@contoso.example is configured");
        assertThat(run(0, "mailboxes", "resume", ConfigText.MAILBOX)).contains("is resumed");
    }

    private void showsTheResult() {
        assertThat(run(69, "status")).contains("The relay is not running");
        assertThat(run(0, "queue")).contains("The relay is not running");
        assertThat(run(0, "trace", "--subject", "scan")).contains("delivered", "FAILED");
        assertThat(run(0, "trace", "--json", "--subject", "alarm")).startsWith("{\"messages\":[{\"message\":{\"id\":");
        assertThat(run(69, "queue", "retry", "--all", "--yes")).contains("the relay is not running");
        assertThat(run(69, "mailboxes")).contains("the relay is not running");
    }
}
