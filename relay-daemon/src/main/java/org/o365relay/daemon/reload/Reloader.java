package org.o365relay.daemon.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.OperationException;
import org.o365relay.RunningRelay;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.config.Configuration.Invalid;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.config.hocon.Problem;
import org.o365relay.config.print.ChangedSetting;
import org.o365relay.config.print.Snapshot;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlException.Kind;
import org.o365relay.daemon.control.ReloadResult;
import org.o365relay.daemon.control.ReloadResult.Outcome;
import org.o365relay.daemon.control.Reloading;
import org.o365relay.daemon.systemd.SystemdNotifier;
import org.o365relay.journal.Event.ReloadRejected;
import org.o365relay.journal.Event.Reloaded;
import org.o365relay.journal.Event.RestartNeeded;
import org.o365relay.journal.Event.SettingChanged;
import org.o365relay.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reloads the configuration file of the running relay. Only one reload runs at a time.
public final class Reloader implements Reloading {

    private static final Logger log = LoggerFactory.getLogger(Reloader.class);

    private final ConfigReader reader = new ConfigReader(System.getenv());
    private final Path file;
    private final RunningRelay relay;
    private final Journal journal;
    private final SystemdNotifier serviceManager;
    private Snapshot active;

    /// @param file configuration file of the relay
    /// @param active configuration with which the relay was started
    /// @param journal records each change, and each problem if nothing changes
    public Reloader(Path file, Valid active, RunningRelay relay, Journal journal, SystemdNotifier serviceManager) {
        this.file = file;
        this.relay = relay;
        this.journal = journal;
        this.serviceManager = serviceManager;
        this.active = Snapshot.of(active);
    }

    @Override
    public ReloadResult run(Path expected, boolean compareOnly, String by) throws ControlException {
        if (!isSame(expected)) {
            throw new ControlException(
                    Kind.BAD_REQUEST,
                    "the running relay uses " + file.toAbsolutePath() + ", not " + expected
                            + "; name that file with --config, or restart the relay with the other one");
        }
        return compareOnly ? compare() : reload(by);
    }

    /// A file that cannot be accessed is compared by its name; reading it reports the problem.
    private boolean isSame(Path expected) {
        try {
            return Files.isSameFile(expected, file);
        } catch (IOException _) {
            return expected.toAbsolutePath()
                    .normalize()
                    .equals(file.toAbsolutePath().normalize());
        }
    }

    private synchronized ReloadResult compare() {
        return switch (reader.read(file)) {
            case Invalid invalid -> failed(invalid);
            case Valid valid ->
                switch (applicableWithoutRestart()) {
                    case Invalid invalid -> failed(invalid);
                    case Valid usable ->
                        new ReloadResult(
                                Outcome.COMPARED, changes(valid, Snapshot.of(usable)), warnings(valid), List.of());
                };
        };
    }

    /// @param by user name of the operator, or `SIGHUP`
    public synchronized ReloadResult reload(String by) {
        serviceManager.reloading();
        try {
            ReloadResult result = readAndReload(by);
            record(result, by);
            return result;
        } finally {
            serviceManager.ready("listening on "
                    + relay.endpoints().stream().map(Endpoint::toString).collect(Collectors.joining(", ")));
        }
    }

    private ReloadResult readAndReload(String by) {
        return switch (reader.read(file)) {
            case Invalid invalid -> failed(invalid);
            case Valid valid ->
                switch (applicableWithoutRestart()) {
                    case Invalid invalid -> failed(invalid);
                    case Valid usable -> reload(valid, usable, by);
                };
        };
    }

    /// Some keys take effect only after a restart, but determine the defaults of other keys. The file is
    /// therefore read again with the active values of those keys.
    private Configuration applicableWithoutRestart() {
        return reader.keeping(active.restartValues()).read(file);
    }

    private List<ChangedSetting> changes(Valid valid, Snapshot usable) {
        return Stream.concat(
                        active.changes(usable).stream(),
                        active.changes(Snapshot.of(valid)).stream().filter(ChangedSetting::needsRestart))
                .toList();
    }

    private ReloadResult reload(Valid valid, Valid usable, String by) {
        Snapshot next = Snapshot.of(usable);
        List<ChangedSetting> changes = changes(valid, next);
        if (changes.stream().allMatch(ChangedSetting::needsRestart)) {
            return new ReloadResult(Outcome.UNCHANGED, changes, warnings(valid), List.of());
        }
        try {
            List<String> remarks = relay.reload(usable.settings(), by);
            active = next;
            return new ReloadResult(
                    Outcome.RELOADED,
                    changes,
                    Stream.concat(warnings(valid).stream(), remarks.stream()).toList(),
                    List.of());
        } catch (OperationException e) {
            return new ReloadResult(Outcome.UNUSABLE, List.of(), List.of(), List.of(String.valueOf(e.getMessage())));
        }
    }

    private void record(ReloadResult result, String by) {
        result.remarks().forEach(log::warn);
        result.problems().forEach(problem -> journal.record(new ReloadRejected(problem, by)));
        for (ChangedSetting change : result.changes()) {
            journal.record(
                    change.needsRestart()
                            ? new RestartNeeded(change.key(), change.before(), change.after())
                            : new SettingChanged(change.key(), change.before(), change.after(), by));
        }
        if (result.problems().isEmpty()) {
            journal.record(new Reloaded(result.applicable().size(), by));
        }
    }

    private static List<String> warnings(Valid valid) {
        return valid.warnings().stream().map(Problem::toString).toList();
    }

    private static ReloadResult failed(Invalid invalid) {
        return new ReloadResult(
                Outcome.INVALID,
                List.of(),
                List.of(),
                invalid.problems().stream().map(Problem::toString).toList());
    }
}
