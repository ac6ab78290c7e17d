package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.UpstreamFactory;
import org.o365relay.alert.AlertSmtpSettings;
import org.o365relay.daemon.check.AlertServerCheck;
import org.o365relay.daemon.check.CheckProgressText;
import org.o365relay.daemon.check.CheckReport;
import org.o365relay.daemon.check.ExpiryAndQuotaChecks;
import org.o365relay.daemon.check.MailboxChecker;
import org.o365relay.daemon.check.MailboxReport;
import org.o365relay.daemon.check.SilentProgress;
import org.o365relay.daemon.check.TestMessage;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.explain.AlertReport;
import org.o365relay.daemon.explain.RulesReport;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.json.Json;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.time.SteadyClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay check`: checks the configuration and every upstream of every mailbox.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Check the configuration and the connection to Microsoft 365.",
            "Lists which clients may send what, then tests every upstream of every mailbox: DNS, TCP, TLS and the"
                    + " certificate, server capabilities, the token and its permissions, the sign-in. Shows cause and"
                    + " advice for the first failure.",
            "Sends no message without --send; works while the relay is running. Exits with 0 if every mailbox can send"
                    + " through at least one upstream, otherwise with 69."
        })
public final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--mailbox",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "Check only this mailbox.")
    private @Nullable EmailAddress mailbox;

    @Option(
            names = "--send",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description =
                    "Send a test message to this address through every working upstream, and show where to find it.")
    private @Nullable EmailAddress recipient;

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description =
                    "With --send: the author of the test message, to verify that the mailbox may send as this address"
                            + " (default: the mailbox).")
    private @Nullable EmailAddress author;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws CommandFailed, IOException {
        RelaySettings settings = config.read().settings();
        List<MailboxSettings> mailboxes = selectedMailboxes(settings);
        config.warnIfDataDirectoryIsReadable(settings);
        warnOfAlerts(settings);
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            out.println("✔ configuration: " + config.file());
            RulesReport.lines(settings).forEach(line -> out.println("  " + line));
            AlertReport.lines(settings).forEach(line -> out.println("  " + line));
        }
        CheckReport report =
                CheckReport.of(checkAll(settings, mailboxes, json ? new SilentProgress() : new CheckProgressText(out)));
        out.println(json ? Json.text(report) : verdict(report.mailboxes()));
        out.flush();
        return report.passed() ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    private void warnOfAlerts(RelaySettings settings) {
        AlertReport.warning(settings).ifPresent(config::warn);
        AlertSmtpSettings smtp = settings.alerts().channels().smtp();
        if (smtp != null) {
            AlertServerCheck.warning(smtp).ifPresent(config::warn);
        }
    }

    private List<MailboxSettings> selectedMailboxes(RelaySettings settings) throws CommandFailed {
        if (recipient == null && author != null) {
            throw new CommandFailed(ExitCode.USAGE, "--from requires --send ADDRESS");
        }
        List<MailboxSettings> selected = settings.mailboxes().stream()
                .filter(candidate ->
                        mailbox == null || candidate.address().key().equals(mailbox.key()))
                .toList();
        if (selected.isEmpty()) {
            throw new CommandFailed(ExitCode.USAGE, "no mailbox " + mailbox + " is configured in " + config.file());
        }
        return selected;
    }

    private List<MailboxReport> checkAll(
            RelaySettings settings, List<MailboxSettings> mailboxes, MailboxChecker.Progress progress)
            throws IOException {
        List<MailboxReport> reports = new ArrayList<>();
        InstantSource clock = InstantSource.system();
        Path spool = Path.of(
                System.getProperty("java.io.tmpdir"),
                "o365-relay-check-" + ProcessHandle.current().pid());
        try (UpstreamFactory upstreams = new UpstreamFactory(settings.http(), spool, SteadyClock.following(clock))) {
            ExpiryAndQuotaChecks localChecks = new ExpiryAndQuotaChecks(
                    upstreams, new ReadOnlyQueue(settings.queue().directory()), clock);
            MailboxChecker checker = new MailboxChecker(upstreams, localChecks, progress, testMessage());
            for (MailboxSettings candidate : mailboxes) {
                reports.add(checker.check(candidate));
            }
        } finally {
            Files.deleteIfExists(spool);
        }
        return reports;
    }

    private @Nullable TestMessage testMessage() {
        QueueId id = new QueueId(RandomGenerator.getDefault().nextLong(1L << 62));
        return recipient == null
                ? null
                : new TestMessage(id, InstantSource.system().instant(), recipient, author);
    }

    private static String verdict(List<MailboxReport> reports) {
        List<String> lines = new ArrayList<>();
        for (MailboxReport report : reports) {
            lines.add(
                    report.canSend()
                            ? "✔ " + report.mailbox() + " can send mail."
                            : "✘ " + report.mailbox() + " cannot send mail.");
        }
        return "\n" + String.join("\n", lines);
    }
}
