package org.o365relay.daemon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.cli.types.PortConverter;
import org.o365relay.daemon.demo.DemoRelay;
import org.o365relay.sandbox.demo.DemoRun;
import org.o365relay.sandbox.demo.TerminalStyle;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay demo`: runs a relay and the sandbox in one process and shows what the relay sends.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description = {
            "Send sample messages through the relay to the sandbox.",
            "Sends messages as devices do, and shows what the sandbox, a stand-in for Microsoft 365, receives. Then"
                    + " waits for messages of your own.",
            "No message leaves this machine, and all files are deleted at the end."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration MAX_WAIT = Duration.ofHours(1);

    private final DemoRelay.Starter starter;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--once", description = "Exit after the sample messages, with code 0 if all arrived as expected.")
    private boolean once;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2525",
            converter = PortConverter.class,
            description = "Port of the relay; any free port if it is in use (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--log", description = "Show the log of the relay.")
    private boolean log;

    public DemoCommand(DemoRelay.Starter starter) {
        this.starter = starter;
    }

    @Override
    public Integer call() throws CommandFailed, IOException, InterruptedException {
        if (!log) {
            silenceLog();
        }
        PrintWriter out = spec.commandLine().getOut();
        try (DemoEnvironment environment = DemoEnvironment.start(starter, port)) {
            printAddresses(environment, out);
            DemoRun run = new DemoRun(
                    environment.sandbox(), environment.relay(), DemoEnvironment.MAILBOX, TIMEOUT, out, style());
            boolean passed = run.run();
            if (!once) {
                printInstructions(environment, out);
                printArrivals(environment, run);
            }
            return passed ? ExitCode.OK : ExitCode.INTERNAL;
        }
    }

    private static void silenceLog() {
        for (String name : List.of("journal", "org.o365relay")) {
            if (LoggerFactory.getLogger(name) instanceof Logger logger) {
                logger.setLevel(Level.WARN);
            }
        }
    }

    private void printAddresses(DemoEnvironment environment, PrintWriter out) {
        int listening = environment.relay().getPort();
        if (listening != port && port != 0) {
            out.printf("Port %d is in use; the relay listens on port %d instead.%n", port, listening);
        }
        out.printf(
                "device -> relay on 127.0.0.1:%d -> STARTTLS, AUTH -> stand-in for Microsoft 365 on 127.0.0.1:%d%n",
                listening, environment.sandbox().address().getPort());
        out.flush();
    }

    private static void printInstructions(DemoEnvironment environment, PrintWriter out) {
        InetSocketAddress relay = environment.relay();
        String server = relay.getAddress().getHostAddress() + ":" + relay.getPort();
        out.printf("""

            Now send your own messages with any SMTP client, without login and TLS:
              swaks --server %1$s --from scanner@mfp.local --to you@example.org
              curl smtp://%1$s --mail-from scanner@mfp.local --mail-rcpt you@example.org --upload-file message.eml
            Received messages are shown here and stored, until the demo ends, in
              %2$s
            Press Ctrl-C to end the demo.
            """, server, environment.received());
        out.flush();
    }

    /// Prints received messages until the program ends.
    private static void printArrivals(DemoEnvironment environment, DemoRun run)
            throws IOException, InterruptedException {
        int shown = environment.sandbox().acceptedCount();
        while (true) {
            List<AcceptedMessage> arrivals = environment.sandbox().awaitAfter(shown, MAX_WAIT);
            for (AcceptedMessage arrival : arrivals) {
                run.printAccepted(arrival);
            }
            shown += arrivals.size();
        }
    }

    private static TerminalStyle style() {
        boolean symbols = System.out.charset().newEncoder().canEncode("✔─…");
        return new TerminalStyle(Ansi.AUTO.enabled(), symbols);
    }
}
