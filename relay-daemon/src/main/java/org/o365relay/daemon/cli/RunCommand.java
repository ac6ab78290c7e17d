package org.o365relay.daemon.cli;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.accept.Endpoint;
import org.o365relay.accept.ListenException;
import org.o365relay.accept.OldTls;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.config.ControlSettings;
import org.o365relay.daemon.control.ControlServer;
import org.o365relay.daemon.control.RelayControl;
import org.o365relay.daemon.systemd.SystemdNotifier;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.journal.LogJournal;
import org.o365relay.queue.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay run`: the daemon, in the foreground, until SIGTERM or Ctrl-C.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Runs the relay in the foreground. SIGTERM or Ctrl-C stops it: messages being received and"
                + " deliveries in flight may end, what is queued stays queued.")
public final class RunCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private ConfigFile config = new ConfigFile();

    private volatile int exitCode = ExitCode.OK;

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        Valid valid = config.read();
        RelaySettings settings = valid.settings();
        SystemdNotifier serviceManager = SystemdNotifier.of(System.getenv());
        Relay relay = start(settings);
        ControlServer control = listen(relay, valid.control());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(relay, control, serviceManager), "stop"));
        try {
            serviceManager.ready("listening on " + addresses(relay));
            log.info(
                    "{} listens on {}; mail leaves as {}",
                    ProgramVersion.text(),
                    addresses(relay),
                    mailboxes(settings));
            new CountDownLatch(1).await(); // until the JVM is told to end
        } catch (RuntimeException e) {
            exitCode = ExitCode.INTERNAL;
            throw e;
        }
        return exitCode;
    }

    private static Relay start(RelaySettings settings) throws CommandFailed {
        OldTls.allowIfConfigured(settings.listeners());
        Relay relay = new Relay(settings, new LogJournal(), ProgramVersion.version());
        try {
            relay.start();
            return relay;
        } catch (ListenException e) {
            throw new CommandFailed(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (QueueUnavailableException e) {
            throw new CommandFailed(ExitCode.of(e.reason()), String.valueOf(e.getMessage()));
        }
    }

    /// A relay that nobody can command is not started.
    private static ControlServer listen(Relay relay, ControlSettings settings) throws CommandFailed {
        try {
            return ControlServer.start(
                    settings,
                    user -> new RelayControl(relay.operations(), ProgramVersion.version(), user),
                    ProgramVersion.program());
        } catch (IOException e) {
            relay.stop();
            throw new CommandFailed(ExitCode.CANNOT_CREATE, String.valueOf(e.getMessage()));
        }
    }

    /// Runs as a shutdown hook. The JVM would end with 143 after SIGTERM; a stop that was asked for and went well is no
    /// failure, so it ends with 0 itself.
    private void stop(Relay relay, ControlServer control, SystemdNotifier serviceManager) {
        serviceManager.stopping("letting messages in flight end");
        log.info("stopping");
        control.close();
        relay.stop();
        log.info("stopped; what is queued stays queued");
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            logging.stop(); // writes what is buffered
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private static String mailboxes(RelaySettings settings) {
        return settings.mailboxes().stream().map(RunCommand::describe).collect(Collectors.joining(", "));
    }

    private static String describe(MailboxSettings mailbox) {
        return mailbox.address() + " through "
                + mailbox.upstreams().stream().map(UpstreamSettings::name).collect(Collectors.joining(" or "));
    }

    private static String addresses(Relay relay) {
        return relay.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
    }
}
