package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.AcceptedMessage;
import org.o365relay.daemon.sandbox.Fault;
import org.o365relay.daemon.sandbox.ListenSettings;
import org.o365relay.daemon.sandbox.Sandbox;
import org.o365relay.daemon.sandbox.SandboxMailbox;
import org.o365relay.daemon.sandbox.SandboxSettings;
import org.o365relay.daemon.sandbox.SandboxSettings.Keep;
import org.o365relay.daemon.sandbox.entra.AppRegistration;
import org.o365relay.daemon.sandbox.scenario.InvalidScenarioException;
import org.o365relay.daemon.sandbox.scenario.Scenario;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `o365-relay sandbox`: the stand-in for Office 365 by itself, until Ctrl-C.
@Command(
        name = "sandbox",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description = {
            "Runs a stand-in for Microsoft 365 that stores what it accepts as files: client submission, and with",
            "--https sign-in and Microsoft Graph, with --mx an MX. docs/sandbox.md has examples."
        },
        footer = {
            "%nFaults: --fault 'STEP[/TEXT]:ACTION[*TIMES]', in the order given.",
            "  STEP    connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content (after the",
            "          final dot), quit; the same with mx- before it for the MX; token, graph",
            "  TEXT    only for commands that contain it, such as one recipient's address; for token the",
            "          grant (client_credentials), for graph the end of the path (sendMail)",
            "  ACTION  delay 3s (ms, s, m), drop, drop-after-accepting, hang; in SMTP a reply; for token",
            "          AADSTS and a number; for token and graph a status, which may be followed by",
            "          -after-accepting, retry-after SECONDS, a code and a message",
            "  TIMES   how often; every time if it is left out",
            "For example:",
            "  --fault 'auth:535 5.7.139 Authentication unsuccessful, basic authentication is disabled.*3'",
            "  --fault 'rcpt/bob@example.org:550 5.1.10 Recipient not found'",
            "  --fault 'content:drop-after-accepting*1'",
            "  --fault 'token:AADSTS7000215*3'",
            "  --fault 'graph/sendMail:429 retry-after 5 ApplicationThrottled'",
            "  --fault 'graph:503-after-accepting*1'",
            "  --fault 'mx-rcpt:550 5.7.64 TenantAttribution; Relay Access Denied'"
        })
public final class SandboxCommand implements Callable<Integer> {

    private static final Duration POLL_INTERVAL = Duration.ofHours(1);
    private static final String APP = "6f1d1c2e-0f7b-4bfa-a3a5-2f6a9f1f0c11";
    private static final List<String> REPLACED_BY_SCENARIO =
            List.of("--address", "--port", "--https", "--mx", "--user", "--password", "--send-as", "--tarpit");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private InetAddress address = InetAddress.getLoopbackAddress();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2587",
            converter = PortConverter.class,
            description = "0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "sandbox",
            description = "For the certificate and the accepted mail (default: ./${DEFAULT-VALUE}).")
    private Path directory = Path.of("sandbox");

    @Option(
            names = "--user",
            paramLabel = "ADDRESS",
            defaultValue = "relay@contoso.example",
            description = "The mailbox (default: ${DEFAULT-VALUE}).")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "Its password; other users of this machine can see it. Without it one is made up and shown.")
    private @Nullable String password;

    @Option(
            names = "--send-as",
            paramLabel = "ADDRESS",
            description = "Another address the mailbox may send as. May be repeated.")
    private Set<String> sendAs = Set.of();

    @Option(
            names = "--tarpit",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long a wrong login waits (default: ${DEFAULT-VALUE}).")
    private int tarpit;

    @Option(
            names = "--keep",
            paramLabel = "WHAT",
            defaultValue = "files",
            description = "files, records (in memory) or count (default: ${DEFAULT-VALUE}).")
    private Keep keep = Keep.FILES;

    @Option(
            names = "--https",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Sign-in and Microsoft Graph there, too; 0 for any free port.")
    private @Nullable Integer https;

    @Option(
            names = "--mx",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "An MX there, too; 0 for any free port.")
    private @Nullable Integer mx;

    @Option(
            names = "--scenario",
            paramLabel = "FILE",
            description = "Accounts, apps, limits, ports and faults from a file. Not with the options it replaces.")
    private @Nullable Path scenario;

    @Option(names = "--print-scenario", description = "Prints a scenario with every key and its default, and ends.")
    private boolean printScenario;

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            converter = FaultConverter.class,
            description = "Trouble to make, see below. May be repeated.")
    private List<Fault> faults = List.of();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (printScenario) {
            out.print(Scenario.reference());
            out.flush();
            return ExitCode.OK;
        }
        Scenario play = scenario == null ? new Scenario(settings(), faults) : load(scenario);
        try (Sandbox sandbox = start(play.settings())) {
            play.faults().forEach(sandbox.faults()::add);
            new SandboxIntroduction(sandbox, play).write(out);
            printArrivals(sandbox, out);
        }
        return ExitCode.OK;
    }

    private SandboxSettings settings() {
        String secret = password == null ? Passwords.random() : password;
        return SandboxSettings.in(directory, new SandboxMailbox(user, secret, sendAs))
                .with(new ListenSettings(address, port, https, mx))
                .with(keep)
                .withTarpit(Duration.ofSeconds(tarpit))
                .entra(entra -> entra.with(AppRegistration.withSecret(APP, Passwords.random())));
    }

    /// The file says everything but where mail goes; faults of the command line come after its own.
    private Scenario load(Path file) throws CommandFailed {
        for (String option : REPLACED_BY_SCENARIO) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new CommandFailed(ExitCode.USAGE, option + " is for the file of --scenario to say; leave it out");
            }
        }
        try {
            Scenario read = Scenario.read(file, directory);
            List<Fault> all =
                    Stream.concat(read.faults().stream(), faults.stream()).toList();
            return new Scenario(read.settings().with(keep), all);
        } catch (InvalidScenarioException e) {
            throw new CommandFailed(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()));
        }
    }

    static Sandbox start(SandboxSettings settings) throws CommandFailed {
        try {
            return Sandbox.start(settings);
        } catch (BindException e) {
            throw new CommandFailed(ExitCode.UNAVAILABLE, e.getMessage() + "; choose another port");
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.CANNOT_CREATE, "cannot use the directory " + settings.directory() + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case FileAlreadyExistsException file -> file.getFile() + " is not a directory";
            default -> String.valueOf(e.getMessage());
        };
    }

    /// A line for each message until the thread is interrupted or the program ends.
    private static void printArrivals(Sandbox sandbox, PrintWriter out) throws InterruptedException {
        int shown = 0;
        while (true) {
            List<AcceptedMessage> arrivals = sandbox.awaitAfter(shown, POLL_INTERVAL);
            arrivals.forEach(arrival -> out.println(line(arrival)));
            out.flush();
            shown += arrivals.size();
        }
    }

    private static String line(AcceptedMessage message) {
        return "%s  %-5s  %s -> %s  %d bytes  %s"
                .formatted(
                        message.receivedAt(),
                        message.ingress().name().toLowerCase(Locale.ROOT),
                        message.from(),
                        String.join(", ", message.envelopeTo()),
                        message.size(),
                        message.subject() == null ? "(no subject)" : message.subject());
    }

    /// Makes a mistake in `--fault` a mistake of the command line.
    static final class FaultConverter implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String text) {
            try {
                return Fault.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
