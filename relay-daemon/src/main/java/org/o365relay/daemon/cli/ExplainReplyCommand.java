package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.explain.PastedReply;
import org.o365relay.daemon.explain.ReplyExplanation;
import org.o365relay.deliver.FailurePolicy;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `o365-relay explain-reply`: explains a reply from Microsoft 365.
@Command(
        name = "explain-reply",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Explain a reply from Microsoft 365.",
            "Shows the cause of a reply from Exchange Online, a connector, Microsoft Entra (AADSTS…) or Microsoft"
                    + " Graph, what to do, and what the relay does. Paste the reply as found in a log (including one of"
                    + " Postfix, Exim or sendmail), an exception of a mail program, a notice, a non-delivery report, a web"
                    + " page or a response from Graph."
        },
        footer = {
            "%nExamples:",
            "  explain-reply '535 5.7.139 … SmtpClientAuthentication is disabled …'",
            "  explain-reply 'AADSTS7000215: Invalid client secret provided.'"
        })
public final class ExplainReplyCommand implements Callable<Integer> {

    private static final EmailAddress PLACEHOLDER = new EmailAddress("mailbox", "your-domain.example");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--mailbox",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "Mailbox to name in the advice.")
    private @Nullable EmailAddress mailbox;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "REPLY", description = "The reply; several arguments are joined.")
    private List<String> words = List.of();

    @Override
    public Integer call() throws CommandFailed {
        FailurePolicy policy = new FailurePolicy(mailbox == null ? PLACEHOLDER : mailbox);
        PastedReply pasted = PastedReply.in(String.join(" ", words), policy)
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.USAGE,
                        "no reply found in this text; it must contain a code such as 535, 5.7.139, AADSTS7000215 or"
                                + " ErrorAccessDenied"));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(pasted));
        } else {
            new ReplyExplanation(pasted).lines().forEach(out::println);
        }
        out.flush();
        return ExitCode.OK;
    }

    private record ReplyJson(
            String reply,
            String source,
            String step,
            String name,
            String outcome,
            String scope,
            String cause,
            String advice) {}

    private static String json(PastedReply pasted) {
        Verdict verdict = pasted.verdict();
        return ControlJson.toJson(new ReplyJson(
                pasted.response().reply().toString(),
                key(pasted.response().origin()),
                pasted.response().step().key(),
                verdict.name(),
                key(verdict.outcome().getClass().getSimpleName()),
                key(verdict.scope()),
                verdict.cause(),
                verdict.advice()));
    }

    private static String key(Object name) {
        return name.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
