package org.o365relay.daemon.cli;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.RunningRelay;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.config.ControlSettings;
import org.o365relay.daemon.control.ControlServer;
import org.o365relay.daemon.control.RelayControl;
import org.o365relay.daemon.control.Reloading;
import org.o365relay.daemon.explain.AlertReport;
import org.o365relay.daemon.reload.Reloader;
import org.o365relay.daemon.reload.SighupHandler;
import org.o365relay.daemon.systemd.SystemdNotifier;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.journal.Journal;
import org.o365relay.journal.LogJournal;
import org.o365relay.queue.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay run`: runs the daemon in the foreground until SIGTERM or Ctrl-C.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Run the relay in the foreground.",
            "SIGHUP reloads the configuration file, as \"o365-relay reload\" does.",
            "SIGTERM or Ctrl-C stops it after sessions and deliveries in progress have ended; queued messages stay in"
                    + " the queue."
        })
public final class RunCommand implements Callable<Integer> {

    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private ConfigFile config = new ConfigFile();

    private volatile int exitCode = ExitCode.OK;

    @Override
    public Integer call() throws CommandFailed, QueueUnavailableException, InterruptedException {
        CompletableFuture<Runnable> hangup = SighupHandler.handle();
        Valid valid = config.read();
        RelaySettings settings = valid.settings();
        SystemdNotifier serviceManager = SystemdNotifier.of(System.getenv());
        Journal journal = new LogJournal();
        RunningRelay relay = start(settings, journal);
        Reloader reloader = new Reloader(config.file(), valid, relay, journal, serviceManager);
        ControlServer control = listen(relay, valid.control(), reloader);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(relay, control, serviceManager), "stop"));
        try {
            serviceManager.ready("listening on " + addresses(relay));
            log.info(
                    "{} listens on {}; sends mail as {}", ProgramVersion.text(), addresses(relay), mailboxes(settings));
            AlertReport.warning(settings).ifPresent(log::warn);
            hangup.complete(() -> reloader.reload("SIGHUP"));
            new CountDownLatch(1).await(); // until the JVM is terminated
        } catch (RuntimeException e) {
            exitCode = ExitCode.INTERNAL;
            throw e;
        }
        return exitCode;
    }

    private static RunningRelay start(RelaySettings settings, Journal journal)
            throws CommandFailed, QueueUnavailableException {
        if (settings.listeners().stream().anyMatch(ListenerSettings::usesOldTls)) {
            OldTls.allow();
        }
        try {
            return new Relay(settings, journal, ProgramVersion.version()).start();
        } catch (ListenException e) {
            throw new CommandFailed(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    /// Opens the control socket. If that fails, stops the relay, because operators could not control it.
    private static ControlServer listen(RunningRelay relay, ControlSettings settings, Reloading reloading)
            throws CommandFailed {
        try {
            return ControlServer.start(
                    settings,
                    user -> new RelayControl(relay.operations(), ProgramVersion.version(), user, reloading),
                    ProgramVersion.nameAndVersion());
        } catch (IOException e) {
            relay.stop();
            throw new CommandFailed(ExitCode.CANNOT_CREATE, String.valueOf(e.getMessage()));
        }
    }

    /// Runs as a shutdown hook. Halts the JVM with the exit code of this command, which is 0 unless an internal
    /// error occurred. Without this, the JVM would exit with 143 after SIGTERM, although a requested shutdown
    /// is not a failure.
    private void stop(RunningRelay relay, ControlServer control, SystemdNotifier serviceManager) {
        serviceManager.stopping("waiting for deliveries in progress");
        log.info("stopping");
        control.close();
        relay.stop();
        log.info("stopped; queued messages stay in the queue");
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
            logging.stop(); // flushes buffers
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

    private static String addresses(RunningRelay relay) {
        return relay.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", "));
    }
}
