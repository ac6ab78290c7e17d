package org.o365relay.daemon.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.explain.ClientScript;
import org.o365relay.daemon.explain.Exchange;
import org.o365relay.daemon.explain.ExplainRequest;
import org.o365relay.daemon.explain.Explainer;
import org.o365relay.daemon.explain.Explanation;
import org.o365relay.daemon.explain.ExplanationStep;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.time.SteadyClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `o365-relay explain`: simulates an SMTP transaction and shows which configuration keys determine the result.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Explain how the relay would handle a message.",
            "Shows each step, the configuration key that decides it, and the replies to the client. Stores and sends"
                    + " nothing.",
            "If the device has a recipient limit, its current usage is shown but not applied. Non-ASCII addresses imply"
                    + " SMTPUTF8. Exits with 0 if the message would be accepted for every recipient, otherwise with 77."
        })
public final class ExplainCommand implements Callable<Integer> {

    private static final int MAX_INPUT = 150 << 20;

    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--client",
            required = true,
            paramLabel = "IP",
            description = "IP address of the device; 127.0.0.1 for a Unix socket.")
    private String client = "";

    @Option(
            names = "--listener",
            paramLabel = "N|ADDRESS",
            defaultValue = "1",
            description = "Listener the device connects to: its position in the configuration, counted from 1, or its"
                    + " address and port or socket (default: the first).")
    private String listener = "1";

    @Option(names = "--helo", paramLabel = "NAME", description = "Name in EHLO (default: the IP address in brackets).")
    private @Nullable String helo;

    @Option(names = "--no-helo", description = "The device sends neither HELO nor EHLO.")
    private boolean noHelo;

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            description = "Envelope sender, exactly as the device sends it; \"<>\" for the null sender.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            description = "Envelope recipient, exactly as the device sends it. Repeatable.")
    private List<String> to = List.of();

    @Option(
            names = "--message",
            paramLabel = "FILE",
            description = "The message; - for standard input. Shows its header before and after rewriting.")
    private @Nullable String message;

    @Option(
            names = "--dialogue",
            paramLabel = "FILE",
            description = "Everything that the device sends, commands and content, instead of --helo, --from, --to and"
                    + " --message; - for standard input.")
    private @Nullable String dialogue;

    @Option(names = "--size", paramLabel = "SIZE", defaultValue = "0", description = "Message size, for example 12MiB.")
    private String size = "0";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /// Creates a command that uses the system clock.
    public ExplainCommand() {
        this(InstantSource.system());
    }

    ExplainCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws CommandFailed {
        RelaySettings settings = config.read().settings();
        InetAddress device = address();
        ListenerSettings selected = listener(settings.listeners());
        ExplainRequest request = new ExplainRequest(
                device,
                selected,
                script(),
                hasRecipientLimit(selected, device) ? recipientsUsed(settings.queue(), device) : null);
        Explanation explanation = Explainer.explain(settings, request, SteadyClock.following(clock));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(json(explanation));
        } else {
            print(explanation, out);
        }
        out.flush();
        return explanation.acceptedForAll() ? ExitCode.OK : ExitCode.NOT_PERMITTED;
    }

    private static void print(Explanation explanation, PrintWriter out) {
        for (ExplanationStep step : explanation.steps()) {
            out.printf("%-10s %s%n", step.subject(), step.finding());
            if (!step.key().isEmpty()) {
                out.printf("%-10s   (%s)%n", "", step.key());
            }
        }
        out.println();
        explanation.dialogue().forEach(exchange -> print(exchange, out));
        out.println();
        explanation.header().forEach(line -> out.println(TerminalText.text(line)));
        if (!explanation.header().isEmpty()) {
            out.println();
        }
        String outcome = explanation.acceptedForAll()
                ? "The message would be accepted."
                : explanation.accepted()
                        ? "The message would be accepted, but not for every recipient."
                        : "The message would be rejected.";
        out.println(outcome + " Reply to the client: " + explanation.reply());
    }

    private static void print(Exchange exchange, PrintWriter out) {
        if (!exchange.client().isEmpty()) {
            out.println("C: " + TerminalText.text(exchange.client()));
        }
        exchange.replies().forEach(line -> out.println("S: " + line));
    }

    private record Members(
            boolean accepted,
            boolean acceptedForAll,
            String reply,
            List<ExplanationStep> steps,
            List<Exchange> dialogue,
            List<String> header) {}

    private static String json(Explanation explanation) {
        return ControlJson.lines(new Members(
                explanation.accepted(),
                explanation.acceptedForAll(),
                explanation.reply(),
                explanation.steps(),
                explanation.dialogue(),
                explanation.header()));
    }

    private static boolean hasRecipientLimit(ListenerSettings listener, InetAddress device) {
        return listener.trusted()
                .policy(device)
                .map(ClientPolicy::limits)
                .filter(limits -> limits.recipientsPerDay() != null || limits.recipientsPerHour() != null)
                .isPresent();
    }

    /// @return number of recipients to which the device has sent mail in the last 24 hours; null if the queue
    ///     cannot be read, for example because no relay has run yet
    private @Nullable Long recipientsUsed(QueueSettings queue, InetAddress device) {
        try {
            return DeviceRecords.read(queue).stream()
                    .filter(known -> known.address().equals(device))
                    .mapToLong(known -> known.recipientsInLastDay(clock.instant()))
                    .sum();
        } catch (QueueUnavailableException unreadable) {
            spec.commandLine().getErr().println("Current usage of the device is unknown: " + unreadable.getMessage());
            return null;
        }
    }

    private InetAddress address() {
        try {
            return InetAddress.ofLiteral(client);
        } catch (IllegalArgumentException notAnAddress) {
            throw usageError("--client: '" + client + "' is not an IP address");
        }
    }

    private ListenerSettings listener(List<ListenerSettings> listeners) {
        return IntStream.range(0, listeners.size())
                .filter(i -> listener.equals(Integer.toString(i + 1))
                        || listener.equals(listeners.get(i).toString()))
                .mapToObj(listeners::get)
                .findFirst()
                .orElseThrow(() -> usageError("--listener: no listener '" + listener + "'; the listeners are 1 to "
                        + listeners.size() + ": "
                        + String.join(
                                ", ", listeners.stream().map(Object::toString).toList())));
    }

    private ClientScript script() {
        if (dialogue != null) {
            if (from != null || !to.isEmpty() || message != null || helo != null || noHelo) {
                throw usageError("--dialogue contains everything that the device sends; omit --helo, --no-helo, --from,"
                        + " --to and --message");
            }
            return new ClientScript.Recording(read("--dialogue", dialogue));
        }
        if (from == null || to.isEmpty()) {
            throw usageError("--from and --to are required, or --dialogue");
        }
        if (noHelo && helo != null) {
            throw usageError("--helo and --no-helo exclude each other");
        }
        return new ClientScript.Commands(
                helo, noHelo, from, to, octets(), message == null ? null : read("--message", message));
    }

    private byte[] read(String option, String file) {
        try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
            byte[] octets = in.readNBytes(MAX_INPUT + 1);
            if (octets.length > MAX_INPUT) {
                throw usageError(option + ": " + file + " is larger than 150 MiB");
            }
            return octets;
        } catch (IOException | InvalidPathException unreadable) {
            throw usageError(option + ": cannot read " + file + ": " + unreadable.getMessage());
        }
    }

    private long octets() {
        try {
            return ConfigValueFactory.fromAnyRef(size).atKey("size").getBytes("size");
        } catch (ConfigException.BadValue notASize) {
            throw usageError("--size: '" + size + "' is not a size; use for example 512KiB, 12MiB");
        }
    }

    private ParameterException usageError(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
