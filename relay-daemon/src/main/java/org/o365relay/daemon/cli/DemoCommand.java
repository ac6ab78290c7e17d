package org.o365relay.daemon.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.demo.DemoRelay;
import org.o365relay.daemon.demo.DemoRun;
import org.o365relay.daemon.demo.TerminalStyle;
import org.o365relay.daemon.sandbox.AcceptedMessage;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay demo`: a relay and a stand-in for Office 365 in one process, and what passes between them.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description = {
            "Shows the relay at work: sends messages as devices send them and shows what a stand-in for Office 365"
                    + " received. Then waits for messages of your own.",
            "Nothing leaves this machine, and nothing is kept."
        })
public final class DemoCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofHours(1);

    private final DemoRelay.Starter starter;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--once", description = "End after the show, with 0 if every message arrived as it should.")
    private boolean once;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "2525",
            converter = PortConverter.class,
            description = "Where the relay listens; another one if it is taken (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--log", description = "Show the relay's log, too.")
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
        try (DemoEnvironment stage = DemoEnvironment.start(starter, port)) {
            printAddresses(stage, out);
            DemoRun show = new DemoRun(stage.sandbox(), stage.relay(), DemoEnvironment.MAILBOX, TIMEOUT, out, style());
            boolean good = show.run();
            if (!once) {
                printInstructions(stage, out);
                showArrivals(stage, show);
            }
            return good ? ExitCode.OK : ExitCode.INTERNAL;
        }
    }

    private static void silenceLog() {
        for (String name : List.of("journal", "org.o365relay")) {
            if (LoggerFactory.getLogger(name) instanceof Logger logger) {
                logger.setLevel(Level.WARN);
            }
        }
    }

    private void printAddresses(DemoEnvironment stage, PrintWriter out) {
        int listening = stage.relay().getPort();
        if (listening != port && port != 0) {
            out.printf("Port %d is in use, so the relay listens on %d instead.%n", port, listening);
        }
        out.printf(
                "device -> relay on 127.0.0.1:%d -> STARTTLS, AUTH -> a stand-in for Office 365 on 127.0.0.1:%d%n",
                listening, stage.sandbox().address().getPort());
        out.flush();
    }

    private static void printInstructions(DemoEnvironment stage, PrintWriter out) {
        InetSocketAddress relay = stage.relay();
        String server = relay.getAddress().getHostAddress() + ":" + relay.getPort();
        out.printf("""

            Now send your own, from anything that speaks SMTP; no login, no TLS:
              swaks --server %1$s --from scanner@mfp.local --to you@example.org
              curl smtp://%1$s --mail-from scanner@mfp.local --mail-rcpt you@example.org --upload-file message.eml
            What arrives is shown here and stored, for as long as this runs, in
              %2$s
            Ctrl-C ends it.
            """, server, stage.received());
        out.flush();
    }

    /// Until the program ends.
    private static void showArrivals(DemoEnvironment stage, DemoRun show) throws IOException, InterruptedException {
        int shown = stage.sandbox().acceptedCount();
        while (true) {
            List<AcceptedMessage> arrivals = stage.sandbox().awaitAfter(shown, POLL_INTERVAL);
            for (AcceptedMessage arrival : arrivals) {
                show.arrived(arrival);
            }
            shown += arrivals.size();
        }
    }

    private static TerminalStyle style() {
        boolean symbols = System.out.charset().newEncoder().canEncode("✔─…");
        return new TerminalStyle(Ansi.AUTO.enabled(), symbols);
    }
}
