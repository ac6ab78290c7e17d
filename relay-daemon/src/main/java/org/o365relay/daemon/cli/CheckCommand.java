package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.o365relay.RelaySettings;
import org.o365relay.daemon.explain.RulesReport;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.RoadCheck;
import org.o365relay.deliver.RoadSettings;
import org.o365relay.deliver.Verdict;
import org.o365relay.deliver.smtp.SmtpUpstream;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `o365-relay check`: would mail go out? Reads the configuration, then walks to the upstream and signs in.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description =
                "Checks the configuration and lists who may send what, then connects to the upstream, checks its certificate and signs in,"
                        + " and says what works and what does not. Sends nothing; may be run beside a running relay.")
public final class CheckCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Override
    public Integer call() throws CommandFailed {
        RelaySettings settings = config.read().settings();
        PrintWriter out = spec.commandLine().getOut();
        out.println("ok    configuration: " + config.file());
        RulesReport.lines(settings).forEach(line -> out.println("      " + line));
        out.flush(); // the upstream may take its time
        EmailAddress mailbox = settings.mailboxes().getFirst().address();
        RoadSettings.Smtp road =
                (RoadSettings.Smtp) settings.mailboxes().getFirst().roads().getFirst();
        RoadCheck check;
        try (SmtpUpstream upstream = new SmtpUpstream(road.upstream(), road.credential())) {
            check = upstream.check();
        }
        check.findings().forEach(finding -> out.println("ok    " + finding.detail()));
        check.trouble().ifPresent(response -> tell(response, mailbox, out));
        if (check.succeeded()) {
            out.println("Mail can leave as " + mailbox + ".");
        }
        out.flush();
        return check.succeeded() ? ExitCode.OK : ExitCode.UNAVAILABLE;
    }

    private static void tell(Response response, EmailAddress mailbox, PrintWriter out) {
        Verdict verdict = new FailurePolicy(mailbox).judge(response, false);
        out.println("FAIL  " + response.step() + ": " + response.reply());
        out.println("      what it means: " + verdict.cause());
        if (!verdict.advice().isEmpty()) {
            out.println("      what to do:    " + verdict.advice());
        }
    }
}
