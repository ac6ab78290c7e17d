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
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.sandbox.Accepted;
import org.o365relay.daemon.sandbox.Account;
import org.o365relay.daemon.sandbox.Fault;
import org.o365relay.daemon.sandbox.Sandbox;
import org.o365relay.daemon.sandbox.SandboxSettings;
import org.o365relay.daemon.sandbox.SandboxSettings.Keep;
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
        description = "Runs a stand-in for Office 365 that stores what it accepts as files.",
        footer = {
            "%nFaults: --fault 'STEP[/TEXT]:ACTION[*TIMES]', in the order given.",
            "  STEP    connect, ehlo, starttls, handshake, auth, mail, rcpt, data, content (after the",
            "          final dot), quit",
            "  TEXT    only for commands that contain it, such as one recipient's address",
            "  ACTION  a reply, delay 3s (ms, s, m), drop, drop-after-accepting, hang",
            "  TIMES   how often; every time if it is left out",
            "For example:",
            "  --fault 'auth:535 5.7.139 Authentication unsuccessful, basic authentication is disabled.*3'",
            "  --fault 'rcpt/bob@example.org:550 5.1.10 Recipient not found'",
            "  --fault 'content:drop-after-accepting*1'"
        })
public final class SandboxCommand implements Callable<Integer> {

    private static final Duration A_WHILE = Duration.ofHours(1);

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
            names = "--fault",
            paramLabel = "FAULT",
            converter = FaultConverter.class,
            description = "Trouble to make, see below. May be repeated.")
    private List<Fault> faults = List.of();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        String secret = password == null ? Passwords.random() : password;
        try (Sandbox sandbox = start(settings(secret))) {
            faults.forEach(sandbox.faults()::add);
            PrintWriter out = spec.commandLine().getOut();
            introduce(sandbox, secret, out);
            show(sandbox, out);
        }
        return ExitCode.OK;
    }

    private SandboxSettings settings(String secret) {
        return SandboxSettings.in(directory, new Account(user, secret, sendAs))
                .at(address, port)
                .with(keep)
                .withTarpit(Duration.ofSeconds(tarpit));
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

    private void introduce(Sandbox sandbox, String secret, PrintWriter out) {
        out.printf(
                """
            A stand-in for Office 365 listens on %s:%d. Ctrl-C ends it.
              sign in     %s  %s
              trust       %s
              stored in   %s
            """,
                sandbox.address().getHostString(),
                sandbox.address().getPort(),
                user,
                secret,
                sandbox.trustedCertificates().toAbsolutePath().normalize(),
                keep == Keep.FILES ? directory.toAbsolutePath().normalize() : "memory only");
        faults.forEach(fault -> out.println("  fault       " + fault));
        out.flush();
    }

    /// A line for each message until the thread is interrupted or the program ends.
    private static void show(Sandbox sandbox, PrintWriter out) throws InterruptedException {
        int shown = 0;
        while (true) {
            List<Accepted> arrivals = sandbox.awaitAfter(shown, A_WHILE);
            arrivals.forEach(arrival -> out.println(line(arrival)));
            out.flush();
            shown += arrivals.size();
        }
    }

    private static String line(Accepted message) {
        return "%s  %s -> %s  %d bytes  %s"
                .formatted(
                        message.receivedAt(),
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
