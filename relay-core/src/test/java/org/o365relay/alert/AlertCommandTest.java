package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AlertCommandTest {

    private static final Instant SINCE = Instant.parse("2026-03-01T02:10:00Z");
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @Test
    void receivesTheAlertAsJsonAndInTheEnvironment() throws Exception {
        assertThat(run(LONG, "cat > json; env > variables", "mailbox-blocked x", false))
                .isEmpty();
        JsonNode json = new ObjectMapper().readTree(Files.readString(directory.resolve("json")));
        assertThat(json.get("event").asText()).isEqualTo("raised");
        assertThat(json.get("name").asText()).isEqualTo("mailbox-blocked x");
        assertThat(json.get("text").asText()).isEqualTo("Mailbox cannot send. It is bl\u00f6cked. What to do: Fix it.");
        assertThat(json.get("relay").asText()).isEqualTo("relay.example");
        assertThat(variables())
                .contains(
                        "RELAY_ALERT_EVENT=raised",
                        "RELAY_ALERT_NAME=mailbox-blocked x",
                        "RELAY_ALERT_SUBJECT=Mailbox cannot send",
                        "RELAY_ALERT_TEXT=Mailbox cannot send. It is bl\u00f6cked. What to do: Fix it.");
        assertThat(run(LONG, "env > variables", "mailbox-blocked x", true))
                .as("it need not read the JSON")
                .isEmpty();
        assertThat(variables())
                .contains("RELAY_ALERT_EVENT=cleared", "RELAY_ALERT_SUBJECT=Resolved: Mailbox cannot send");
    }

    @Test
    void inheritsNoVariableThatMayBeASecret() throws Exception {
        run(LONG, "env > variables", "x", false);
        assertThat(variables().stream().map(line -> line.split("=", 2)[0]))
                .isSubsetOf(
                        "PATH",
                        "HOME",
                        "USER",
                        "LANG",
                        "TZ",
                        "PWD",
                        "SHLVL",
                        "_",
                        "OLDPWD",
                        "RELAY_ALERT_EVENT",
                        "RELAY_ALERT_NAME",
                        "RELAY_ALERT_SUBJECT",
                        "RELAY_ALERT_TEXT");
    }

    @Test
    void usesNoShell() throws Exception {
        Path hostile = directory.resolve("hostile");
        String name = "$(touch " + hostile + "); touch " + hostile + "\n`touch " + hostile + "`\0";
        assertThat(run(LONG, "env > variables", name, false)).isEmpty();
        assertThat(hostile).doesNotExist();
        AlertCommand literal = command(LONG, List.of("/bin/sh", "-c", "test \"$1\" = '$HOME;'", "sh", "$HOME;"));
        assertThat(literal.send(message("x", false))).isEmpty();
    }

    @Test
    void reportsExitCodeAndTheBeginningOfTheOutput() throws Exception {
        assertThat(run(LONG, "echo no modem; echo at all >&2; exit 3", "x", false))
                .isEqualTo("exit code 3: no modem at all");
        assertThat(run(LONG, "exit 1", "x", false)).isEqualTo("exit code 1");
        assertThat(run(LONG, "head -c 3000000 /dev/zero | tr '\\0' a; exit 4", "x", false))
                .isEqualTo("exit code 4: " + "a".repeat(500));
    }

    @Test
    void killsACommandThatDoesNotEndWithWhatItStarted() throws Exception {
        long start = System.nanoTime();
        assertThat(run(Duration.ofMillis(1500), "sh -c 'sleep 40; touch late' & echo $! > child; sleep 41", "x", false))
                .isEqualTo("still running after 1.5 s, killed");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        long child = Long.parseLong(Files.readString(directory.resolve("child")).strip());
        for (ProcessHandle process : ProcessHandle.of(child).stream().toList()) {
            process.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void doesNotWaitForTheOutputOfAProcessThatStays() throws Exception {
        long start = System.nanoTime();
        assertThat(run(LONG, "sleep 20 & exit 5", "x", false)).isEqualTo("exit code 5");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void reportsAProgramThatCannotBeStarted() throws Exception {
        assertThat(command(LONG, List.of("/nowhere/alert")).send(message("x", false)))
                .contains("/nowhere/alert");
    }

    private String run(Duration timeout, String script, String name, boolean isCleared) throws Exception {
        Path file = Files.writeString(directory.resolve("script"), "cd " + directory + "\n" + script + "\n");
        return command(timeout, List.of("/bin/sh", file.toString())).send(message(name, isCleared));
    }

    private static AlertCommand command(Duration timeout, List<String> arguments) {
        return new AlertCommand(new AlertCommandSettings(arguments, timeout), "relay.example", "1.2.3");
    }

    private List<String> variables() throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("variables"))) {
            return lines.toList();
        }
    }

    private static AlertMessage message(String name, boolean isCleared) {
        Alert alert = new Alert(name, SINCE, "Mailbox cannot send", "It is bl\u00f6cked.", "Fix it.");
        return new AlertMessage(alert, isCleared, SINCE, !isCleared);
    }
}
