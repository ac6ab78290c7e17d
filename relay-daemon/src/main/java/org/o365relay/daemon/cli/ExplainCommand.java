package org.o365relay.daemon.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.explain.ExplainRequest;
import org.o365relay.daemon.explain.Explainer;
import org.o365relay.daemon.explain.Explanation;
import org.o365relay.daemon.explain.ExplanationStep;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
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
            "Shows each step, the configuration key that decides it, and the reply to the client. Sends nothing.",
            "If the device has a recipient limit, its current usage is shown but not applied. Non-ASCII addresses imply"
                    + " SMTPUTF8. Exits with 0 if the message would be accepted for every recipient, otherwise with 77."
        })
public final class ExplainCommand implements Callable<Integer> {

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
            description = "Listener the device connects to: its number in the configuration, or its address and port or"
                    + " socket (default: the first).")
    private String listener = "1";

    @Option(names = "--helo", paramLabel = "NAME", description = "Name in HELO or EHLO.")
    private @Nullable String helo;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "ADDRESS",
            description = "Envelope sender; \"<>\" for the null sender.")
    private String from = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "ADDRESS",
            description = "Envelope recipient; repeat for more.")
    private List<String> to = List.of();

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
                helo,
                from.isEmpty() || from.equals("<>") ? null : mailAddress(from),
                to.stream().map(this::mailAddress).toList(),
                octets(),
                hasRecipientLimit(selected, device) ? recipientsUsed(settings.queue(), device) : null);
        Explanation explanation = Explainer.explain(settings, request);
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
        String outcome = explanation.acceptedForAll()
                ? "The message would be accepted."
                : explanation.accepted()
                        ? "The message would be accepted, but not for every recipient."
                        : "The message would be rejected.";
        out.println(outcome + " Reply to the client: " + explanation.reply());
    }

    private record Members(boolean accepted, boolean acceptedForAll, String reply, List<ExplanationStep> steps) {}

    private static String json(Explanation explanation) {
        return ControlJson.lines(new Members(
                explanation.accepted(),
                explanation.acceptedForAll(),
                explanation.reply().toString(),
                explanation.steps()));
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

    private EmailAddress mailAddress(String text) {
        return EmailAddress.parse(text).orElseThrow(() -> usageError("'" + text + "' is not an email address"));
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
