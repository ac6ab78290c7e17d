package org.o365relay.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.alert.Alert;
import org.o365relay.daemon.Main;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.daemon.report.Layout;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageState;
import picocli.CommandLine;

/// What the operator's commands do, besides what they say.
final class OperatorTest {

    private static final String CONFIG = "src/test/resources/operator/relay.conf";
    private static final String ID = SampleRelay.id(1).toString();

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private final FakeControl relay = SampleRelay.relay();

    private int run(int columns, List<String> typed, String... arguments) {
        PrintWriter screen = new PrintWriter(out);
        CliEnvironment place = new CliEnvironment(
                _ -> relay,
                () -> SampleRelay.NOW,
                SampleRelay.ZONE,
                () -> columns == Layout.UNLIMITED ? Optional.empty() : Optional.of(new ScriptedTerminal(screen, typed)),
                () -> columns,
                octets);
        return execute(Main.commandLine(place, arguments), arguments);
    }

    private int execute(CommandLine commands, String... arguments) {
        return commands.setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private int pipe(String... arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        words.addAll(List.of("-c", CONFIG));
        return run(Layout.UNLIMITED, List.of(), words.toArray(String[]::new));
    }

    @Test
    void writesAMessageUnchangedToANewFileThatOnlyTheOwnerCanRead() throws IOException {
        Path file = directory.resolve("scan.eml");
        assertThat(pipe("queue", "show", ID, "--content", file.toString())).isZero();
        assertThat(file).hasBinaryContent(SampleRelay.original());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        assertThat(pipe("queue", "show", ID, "--content=" + file)).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(err.toString()).contains(file + " already exists");
        assertThat(pipe(
                        "queue",
                        "show",
                        ID,
                        "--content",
                        directory.resolve("no/where").toString()))
                .isEqualTo(ExitCode.CANNOT_CREATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--content", "--content=-"})
    void writesAMessageUnchangedToAPipe(String option) {
        assertThat(pipe("queue", "show", ID, option)).isZero();
        assertThat(octets.toByteArray()).isEqualTo(SampleRelay.original());
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void changesOnlyMessagesReceivedBeforeTheCount() {
        assertThat(run(100, List.of("yes"), "queue", "retry", "--reason", "credentials-incorrect", "-c", CONFIG))
                .isZero();
        assertThat(relay.changes).containsExactly(new Change.Retry());
        assertThat(relay.selections).singleElement().satisfies(selection -> {
            assertThat(selection.upTo()).isEqualTo(SampleRelay.id(8));
            assertThat(selection.reason()).isEqualTo("credentials-incorrect");
            assertThat(selection.states())
                    .containsExactlyInAnyOrder(MessageState.QUEUED, MessageState.DEFERRED, MessageState.DELIVERING);
        });
        assertThat(relay.closed).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"n", "''", "nope", "ja"})
    void changesNothingUnlessConfirmed(String typed) {
        assertThat(run(100, List.of(typed), "queue", "hold", "--all", "-c", CONFIG))
                .isEqualTo(ExitCode.DECLINED);
        assertThat(relay.changes).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "queue delete --all --yes",
        "queue bounce --all --yes",
        "queue delete --yes",
        "queue hold --yes",
        "queue retry --all",
        "queue retry --all --json",
        "queue release --state delivered --yes",
        "queue retry 0123456789ABC --yes",
        "queue retry --all --dry-run",
        "queue delete --client 10.9.9.9 --yes",
        "queue hold --client printer --yes",
        "queue delete --client '' --yes"
    })
    void changesNothingIfTheSelectionIsMissingOrInvalid(String line) {
        pipe(line.replace("''", "").split(" "));
        assertThat(relay.changes).isEmpty();
    }

    @Test
    void doesNotAskForConfirmationWithYes() {
        assertThat(pipe("queue", "delete", ID, "-y")).isZero();
        assertThat(relay.changes).containsExactly(new Change.Delete());
        assertThat(relay.selections.getFirst().ids()).containsExactly(SampleRelay.id(1));
    }

    @Test
    void readdressesMessagesGivenByQueueId() {
        assertThat(pipe("queue", "redirect", ID, "--recipient", "anna@contoso.example", "--to", "c@d.example", "-y"))
                .as(err.toString())
                .isZero();
        assertThat(relay.changes)
                .containsExactly(new Change.Readdress(
                        new EmailAddress("anna", "contoso.example"), new EmailAddress("c", "d.example")));
        assertThat(relay.selections.getFirst().ids()).containsExactly(SampleRelay.id(1));
    }

    @Test
    void rejectsAPatternAsTheRecipientToReplace() {
        assertThat(pipe("queue", "redirect", "--recipient", "*@contoso.example", "--to", "c@d.example", "-y"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'*@contoso.example' is not an email address");
    }

    @Test
    void reportsAnIncompleteChangeAndExitsWith74() {
        relay.changing(new ChangeResult(1, 0, "the disk is full; make room and say it again"));
        assertThat(pipe("queue", "hold", "--all", "--yes")).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString())
                .contains(
                        "Done: 1 message on hold",
                        "Stopped with 3 messages left: the disk is full; make room and say it again");
        out.getBuffer().setLength(0);
        assertThat(pipe("queue", "hold", "--all", "--yes", "--json")).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString())
                .isEqualToIgnoringNewLines("{\"changed\":1,\"skipped\":0,\"stopped\":"
                        + "\"the disk is full; make room and say it again\",\"selected\":4,\"inBackoff\":0,"
                        + "\"withoutContent\":0}");
    }

    @Test
    void reportsMessagesThatChangedStateInTheMeantime() {
        relay.changing(new ChangeResult(2, 1, ""));
        assertThat(pipe("queue", "hold", "--all", "--yes")).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString()).contains("1 message changed state in the meantime.");
    }

    @Test
    void reportsMessagesThatARedirectLeftUnchanged() {
        relay.changing(new ChangeResult(1, 0, ""));
        assertThat(pipe("queue", "redirect", "--all", "--to-mailbox", "scan1@contoso.example", "--yes"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "4 messages unchanged: already delivered or already redirected.",
                        "No mail is sent through scan1@contoso.example at the moment: it is paused");
    }

    @Test
    void reportsMessagesWhoseContentIsGone() {
        relay.changing(new ChangeResult(0, 0, ""));
        assertThat(pipe("queue", "resend", "--client", "192.168.10.*", "--yes")).isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString()).contains("1 message not resent: the content was deleted in the meantime.");
    }

    @Test
    void resendsOnlyMessagesWhoseContentIsKept() {
        assertThat(pipe("queue", "resend", "--state", "failed,delivered", "--yes"))
                .isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString())
                .contains(
                        "1 message is not resent, because its content is no longer kept (queue.keep-content): "
                                + SampleRelay.id(2),
                        "This would send 1 message again:",
                        "Done: 1 message queued again");
        assertThat(relay.selections)
                .singleElement()
                .satisfies(selection -> assertThat(selection.contentKept()).isTrue());
        out.getBuffer().setLength(0);
        assertThat(pipe("queue", "resend", "--state", "failed,delivered", "--yes", "--json"))
                .isEqualTo(ExitCode.PARTLY_DONE);
        assertThat(out.toString()).contains("\"selected\":1,", "\"withoutContent\":1");
    }

    @Test
    void resendsNothingIfNoContentIsKept() {
        assertThat(pipe("queue", "resend", SampleRelay.id(2).toString(), "--yes"))
                .isEqualTo(ExitCode.NO_SUCH_MESSAGE);
        assertThat(out.toString())
                .contains("1 message is not resent", SampleRelay.id(2).toString(), "Nothing was changed.");
        assertThat(relay.changes).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void exitsWithACodeForEveryKindOfControlFailure(Kind kind) {
        relay.refusing(kind, "why, and what to do");
        int expected = switch (kind) {
            case NOT_RUNNING -> 69;
            case INTERRUPTED -> 74;
            case NOT_PERMITTED -> 77;
            case VERSION_MISMATCH -> 76;
            case BAD_REQUEST -> 64;
            case QUEUE -> 73;
            case DAMAGED -> 65;
        };
        for (String line : Set.of(
                "queue",
                "queue list",
                "queue show " + ID,
                "queue retry --all --yes",
                "trace x",
                "mailboxes",
                "status",
                "mailboxes pause relay@contoso.example")) {
            err.getBuffer().setLength(0);
            assertThat(pipe(line.split(" "))).as(line).isEqualTo(expected);
            assertThat(err.toString()).isEqualToIgnoringNewLines("o365-relay: why, and what to do");
        }
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"queue-unusable, 73", "queue-damaged, 65", "queue-age, 69"})
    void theStatusExitsWithACodeForAQueueThatCannotBeUsedAndForABlockedMailbox(String alert, int code) {
        relay.raising(new Alert(alert, SampleRelay.NOW, "The subject", "The text.", "The advice."));
        assertThat(pipe("status")).isEqualTo(code);
        assertThat(out.toString()).contains("! The subject");
    }

    @Test
    void theStatusCheckPrintsOneLineForAMonitor() {
        assertThat(pipe("status", "--check")).isEqualTo(2);
        assertThat(out.toString())
                .matches("(?s)O365-RELAY CRITICAL - relay@contoso.example is blocked: .*"
                        + " \\| waiting=\\d+ oldest=\\d+s\\R")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theStatusCheckIsUnknownIfTheRelayCannotBeAsked(Kind kind) {
        relay.refusing(kind, "why, and what to do");
        assertThat(pipe("status", "--check")).isEqualTo(3);
        assertThat(out.toString()).isEqualToIgnoringNewLines("O365-RELAY UNKNOWN - why, and what to do");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void acceptsTheConfigOptionBeforeOrAfterTheSubcommand() {
        assertThat(run(Layout.UNLIMITED, List.of(), "queue", "-c", CONFIG, "list"))
                .isZero();
        assertThat(run(Layout.UNLIMITED, List.of(), "queue", "list", "-c", CONFIG))
                .isZero();
        assertThat(run(Layout.UNLIMITED, List.of(), "queue", "--json", "-c", CONFIG, "list"))
                .isZero();
        assertThat(out.toString().lines().toList().getLast()).startsWith("{\"messages\":[");
    }

    @Test
    void watchesUntilInterruptedAndClearsOnlyATerminal() {
        List<Duration> rests = new ArrayList<>();
        assertThat(watch(100, rests, "--watch", "5")).isZero();
        assertThat(rests).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
        assertThat(out.toString().split("\u001b\\[H\u001b\\[2J\u001b\\[3J", -1)).hasSize(4);
        assertThat(relay.closed).isEqualTo(3);

        out.getBuffer().setLength(0);
        assertThat(watch(Layout.UNLIMITED, rests, "--watch")).isZero();
        assertThat(out.toString()).doesNotContain("\u001b").contains("up since", "blocked");
        assertThat(rests.getLast()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void continuesWatchingWhileTheRelayIsRestarted() {
        relay.refusing(Kind.NOT_RUNNING, "the relay does not answer");
        assertThat(watch(100, new ArrayList<>(), "--watch")).isZero();
        assertThat(out.toString()).contains("the relay does not answer");
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 12})
    void fitsTheWatchedStatusInTheRowsOfTheTerminal(int rows) {
        assertThat(watch(80, rows, new ArrayList<>(), "--watch")).isZero();
        String last = out.toString().substring(out.toString().lastIndexOf("\u001b[3J") + 4);
        assertThat(last.lines()).hasSizeLessThan(rows).allMatch(line -> line.length() <= 80);
        assertThat(last).contains("! relay@contoso.example is blocked", "accepted", "More: o365-relay status");
        assertThat(last.contains("scan1@contoso.example  paused")).isEqualTo(rows == 24);
    }

    /// Interrupted in the third rest.
    private int watch(int columns, List<Duration> rests, String... options) {
        return watch(columns, 60, rests, options);
    }

    private int watch(int columns, int rows, List<Duration> rests, String... options) {
        CliEnvironment place = new CliEnvironment(
                _ -> relay, () -> SampleRelay.NOW, SampleRelay.ZONE, Optional::empty, () -> columns, octets);
        int before = rests.size();
        StatusCommand status = new StatusCommand(
                place,
                time -> {
                    rests.add(time);
                    if (rests.size() - before == 3) {
                        throw new InterruptedException();
                    }
                },
                () -> rows);
        List<String> words = new ArrayList<>(List.of("status", "-c", CONFIG));
        words.addAll(List.of(options));
        return execute(CommandLines.of(status), words.toArray(String[]::new));
    }

    @Test
    void listsEachTracedMessageOnceAcrossPages() {
        String all = traced("--limit", "50");
        String first = traced("--limit", "2");
        String next = first.replaceAll("(?s).*--from (\\w+)\\R", "$1");
        String second = traced("--limit", "2", "--from", next);
        assertThat(ids(all)).hasSize(3).doesNotHaveDuplicates();
        assertThat(ids(first)).hasSize(2);
        assertThat(second).startsWith(SampleRelay.id(1).toString()).contains("History:");
        assertThat(ids(all))
                .startsWith(ids(first).toArray(String[]::new))
                .endsWith(SampleRelay.id(1).toString());
    }

    private String traced(String... options) {
        out.getBuffer().setLength(0);
        List<String> words = new ArrayList<>(List.of("trace", "anna@contoso.example"));
        words.addAll(List.of(options));
        assertThat(pipe(words.toArray(String[]::new))).isZero();
        return out.toString();
    }

    private static List<String> ids(String table) {
        return table.lines()
                .filter(line -> line.matches("38F.* .*"))
                .map(line -> line.substring(0, 13))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "bounce"})
    void hidesAllInTheHelpOfIrreversibleCommands(String command) {
        assertThat(pipe("queue", command, "--all", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(command + " requires queue IDs or a filter");
        assertThat(run(Layout.UNLIMITED, List.of(), "queue", command, "--help")).isZero();
        assertThat(out.toString()).contains("--dry-run").doesNotContain("--all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "delet", "boounce"})
    void suggestsNoCommandThatDiscardsMail(String word) {
        assertThat(pipe("queue", word)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--help").doesNotContain("queue delete", "queue bounce");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void printsACompletionScriptWithCommandsAndOptions(String shell) {
        CliEnvironment place = new CliEnvironment(
                _ -> relay, () -> Instant.EPOCH, SampleRelay.ZONE, Optional::empty, () -> Layout.UNLIMITED, octets);
        assertThat(execute(Main.commandLine(place, "completion", shell), "completion", shell))
                .isZero();
        assertThat(out.toString())
                .startsWith("#!/usr/bin/env bash")
                .contains("bashcompinit", "redirect", "--to-mailbox", "deferred", "complete -F _complete_o365-relay");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "queue",
                "queue list",
                "queue show",
                "queue retry",
                "queue hold",
                "queue release",
                "queue bounce",
                "queue delete",
                "queue redirect",
                "trace",
                "mailboxes",
                "mailboxes pause",
                "mailboxes resume",
                "mailboxes retry",
                "status"
            })
    void printsTheHelpOfEveryOperatorCommand(String command) {
        assertThat(run(Layout.UNLIMITED, List.of(), (command + " --help").split(" ")))
                .isZero();
        assertThat(out.toString()).startsWith("Usage: o365-relay " + command);
        assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
    }
}
