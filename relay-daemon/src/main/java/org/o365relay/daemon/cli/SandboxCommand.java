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
import org.o365relay.daemon.cli.types.PortConverter;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.scenario.InvalidScenarioException;
import org.o365relay.sandbox.scenario.Scenario;
import org.o365relay.sandbox.settings.ListenSettings;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `o365-relay sandbox`: runs the sandbox until Ctrl-C.
@Command(
        name = "sandbox",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description = {
            "Run a local stand-in for Microsoft 365.",
            "Offers client submission; with --https, also sign-in and Microsoft Graph; with --mx, also an MX. Stores"
                    + " accepted messages as files. See docs/sandbox.md for examples."
        },
        footer = {
            "%nFaults: --fault 'POINT[/TEXT]:ACTION[*TIMES]', injected in the order given.",
            "  POINT   connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content",
            "          (after the final dot), quit; prefix mx- for the MX; token, graph",
            "  TEXT    match only commands that contain this text, such as a recipient",
            "          address; for token the grant type (client_credentials), for graph a",
            "          part of the path (sendMail)",
            "  ACTION  delay 3s (ms, s, m), drop, drop-after-accepting, hang; for SMTP also",
            "          a reply; for token AADSTS and a number; for token and graph an HTTP",
            "          status, optionally with -after-accepting, retry-after SECONDS, an",
            "          error code and a message",
            "  TIMES   number of times to inject the fault (default: always)",
            "Examples:",
            "  --fault 'auth:535 5.7.139 Authentication unsuccessful, user is locked.*3'",
            "  --fault 'rcpt/bob@example.org:550 5.1.10 Recipient not found'",
            "  --fault 'content:drop-after-accepting*1'",
            "  --fault 'token:AADSTS7000215*3'",
            "  --fault 'graph/sendMail:429 retry-after 5 ApplicationThrottled'",
            "  --fault 'graph:503-after-accepting*1'",
            "  --fault 'mx-rcpt:550 5.7.64 TenantAttribution; Relay Access Denied'"
        })
public final class SandboxCommand implements Callable<Integer> {

    private static final Duration MAX_WAIT = Duration.ofHours(1);
    private static final String APP_ID = "6f1d1c2e-0f7b-4bfa-a3a5-2f6a9f1f0c11";
    private static final List<String> REPLACED_BY_SCENARIO =
            List.of("--address", "--port", "--https", "--mx", "--user", "--password", "--send-as", "--tarpit");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "IP address to listen on (default: ${DEFAULT-VALUE}).")
    private InetAddress address = InetAddress.getLoopbackAddress();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2587",
            converter = PortConverter.class,
            description = "Port for client submission; 0 for any free port (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "sandbox",
            description = "Directory for the certificate and the accepted messages (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("sandbox");

    @Option(
            names = "--user",
            paramLabel = "ADDRESS",
            defaultValue = "relay@contoso.example",
            description = "Address and user name of the mailbox (default: ${DEFAULT-VALUE}).")
    private String user = "";

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description =
                    "Password of the mailbox; visible to other users of this machine (default: generated and printed).")
    private @Nullable String password;

    @Option(
            names = "--send-as",
            paramLabel = "ADDRESS",
            description = "Another address that the mailbox may send as. Repeatable.")
    private Set<String> sendAs = Set.of();

    @Option(
            names = "--tarpit",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Delay before the reply to a failed login (default: ${DEFAULT-VALUE}).")
    private int tarpit;

    @Option(
            names = "--keep",
            paramLabel = "WHAT",
            defaultValue = "files",
            description = "What to keep of accepted messages: files, records (in memory) or count (default:"
                    + " ${DEFAULT-VALUE}).")
    private Keep keep = Keep.FILES;

    @Option(
            names = "--https",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Also run sign-in and Microsoft Graph on this port; 0 for any free port.")
    private @Nullable Integer https;

    @Option(
            names = "--mx",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "Also run an MX on this port; 0 for any free port.")
    private @Nullable Integer mx;

    @Option(
            names = "--scenario",
            paramLabel = "FILE",
            description = "Read mailboxes, apps, limits, ports and faults from this file. Cannot be combined with the"
                    + " options it replaces.")
    private @Nullable Path scenario;

    @Option(names = "--print-scenario", description = "Print a scenario with every key and its default, then exit.")
    private boolean printScenario;

    @Option(
            names = "--fault",
            paramLabel = "FAULT",
            converter = FaultConverter.class,
            description = "Inject a fault (see below). Repeatable.")
    private List<Fault> faults = List.of();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        if (printScenario) {
            out.print(Scenario.reference());
            out.flush();
            return ExitCode.OK;
        }
        Scenario loaded = scenario == null ? new Scenario(settings(), faults) : load(scenario);
        try (Sandbox sandbox = start(loaded.settings())) {
            loaded.faults().forEach(sandbox.faults()::add);
            new SandboxBanner(sandbox, loaded).write(out);
            printArrivals(sandbox, out);
        }
        return ExitCode.OK;
    }

    private SandboxSettings settings() {
        String secret = password == null ? Passwords.random() : password;
        return SandboxSettings.in(directory, new SandboxMailbox(user, secret, sendAs))
                .with(new ListenSettings(address, port, https, mx))
                .with(keep)
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ofSeconds(tarpit)))
                        .entra(entra -> entra.with(AppRegistration.withSecret(APP_ID, Passwords.random()))));
    }

    /// Reads the scenario file. `--directory` and `--keep` apply to a scenario too; faults from `--fault` are
    /// added to those in the file.
    private Scenario load(Path file) throws CommandFailed {
        for (String option : REPLACED_BY_SCENARIO) {
            if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw new CommandFailed(
                        ExitCode.USAGE, option + " cannot be combined with --scenario; set it in the scenario file");
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
                    ExitCode.CANNOT_CREATE, "cannot use directory " + settings.directory() + ": " + reason(e));
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case FileAlreadyExistsException file -> file.getFile() + " is not a directory";
            default -> String.valueOf(e.getMessage());
        };
    }

    /// Prints one line for each accepted message, except with `--keep count`, until the thread is interrupted
    /// or the program ends.
    private static void printArrivals(Sandbox sandbox, PrintWriter out) throws InterruptedException {
        int shown = 0;
        while (true) {
            List<AcceptedMessage> arrivals = sandbox.awaitAfter(shown, MAX_WAIT);
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

    /// Parses `--fault`; reports a syntax error as a usage error.
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
