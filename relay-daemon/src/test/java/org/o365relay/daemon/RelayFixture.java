package org.o365relay.daemon;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.OperationException;
import org.o365relay.Operations;
import org.o365relay.Relay;
import org.o365relay.RelaySettings;
import org.o365relay.RunningRelay;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration.Invalid;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.journal.Journal;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.entra.AppRegistration;
import org.o365relay.sandbox.fault.Fault;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.settings.SandboxSettings;
import org.o365relay.time.SteadyClock;

/// A relay made from a configuration file, in front of a sandbox, both in this JVM. Either can be stopped and
/// started again.
final class RelayFixture implements AutoCloseable {

    /// After a refused sign-in, the relay does not ask for a token for this long.
    static final Duration TOKEN_BACKOFF = Duration.ofSeconds(10);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path directory;
    private final SandboxSettings settings;
    private final RememberingJournal journal = new RememberingJournal();
    private final AdjustedClock clock = new AdjustedClock();
    private Sandbox sandbox;
    private @Nullable RunningRelay relay;

    /// Starts the sandbox, not the relay.
    ///
    /// @param directory of the relay, for its configuration and its queue
    /// @param office of the sandbox, for its certificate and what it accepts; tests may share one
    /// @param withheld EHLO keywords of Office 365 that this sandbox does not offer
    RelayFixture(Path directory, Path office, String... withheld) throws IOException {
        this(
                directory,
                sandboxSettings(office)
                        .tenant(tenant -> tenant.submission(submission -> submission.withoutExtensions(withheld))));
    }

    /// Starts this sandbox, not the relay.
    RelayFixture(Path directory, SandboxSettings settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.sandbox = Sandbox.start(settings);
    }

    static SandboxSettings sandboxSettings(Path office) {
        return SandboxSettings.in(office, new SandboxMailbox(ConfigText.MAILBOX, ConfigText.PASSWORD))
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ZERO)));
    }

    /// With sign-in, Graph and an MX; the app of [ConfigText#APP] has a secret.
    static SandboxSettings whole(Path office, SandboxMailbox... accounts) {
        return SandboxSettings.in(office, accounts)
                .tenant(tenant -> tenant.submission(submission -> submission.withTarpit(Duration.ZERO)))
                .withApps(AppRegistration.withSecret(ConfigText.APP, ConfigText.SECRET))
                .withMx(0);
    }

    /// @param more lines of configuration
    RelayFixture start(String... more) throws IOException, QueueUnavailableException, ListenException {
        return start(journal, more);
    }

    /// @param to another journal than [#journal()]
    RelayFixture start(Journal to, String... more) throws IOException, QueueUnavailableException, ListenException {
        RelaySettings read = settings(ConfigText.write(directory, sandbox, more));
        relay = new Relay(read, to, "test", clock.steady(), RandomGenerator.getDefault()).start();
        return this;
    }

    /// @param more lines of configuration
    void reload(String... more) throws IOException, OperationException {
        if (relay == null) {
            throw new IllegalStateException("not started");
        }
        relay.reload(settings(ConfigText.write(directory, sandbox, more)), "test");
    }

    static RelaySettings settings(Path file) {
        return switch (new ConfigReader(Map.of()).read(file)) {
            case Valid valid -> valid.settings();
            case Invalid(var problems) -> throw new AssertionError(problems.toString());
        };
    }

    RelayFixture with(String... faults) {
        for (String fault : faults) {
            sandbox.faults().add(Fault.parse(fault));
        }
        return this;
    }

    void stop() {
        if (relay != null) {
            relay.stop();
            relay = null;
        }
    }

    void stopOffice() {
        sandbox.close();
    }

    /// On the port it had before.
    void startOfficeAgain() throws IOException {
        sandbox = Sandbox.start(settings.withAddress(
                sandbox.address().getAddress(), sandbox.address().getPort()));
    }

    Path configuration() {
        return directory.resolve("relay.conf");
    }

    Sandbox office() {
        return sandbox;
    }

    RememberingJournal journal() {
        return journal;
    }

    Operations operations() {
        if (relay == null) {
            throw new IllegalStateException("not started");
        }
        return relay.operations();
    }

    InetSocketAddress address() {
        if (relay == null) {
            throw new IllegalStateException("the relay does not run");
        }
        return relay.addresses().getFirst();
    }

    Device device() throws IOException {
        return new Device(address());
    }

    /// @return the clock of the relay
    AdjustedClock clock() {
        return clock;
    }

    /// Ends the time in which the relay asks for no token after a refusal.
    void endTokenBackoff() {
        clock.advance(TOKEN_BACKOFF);
    }

    /// Waits for a message with this subject.
    AcceptedMessage received(String subject) throws InterruptedException {
        return sandbox.await(message -> subject.equals(message.subject()), PATIENCE)
                .orElseThrow(() -> new AssertionError("no \"" + subject + "\" arrived: " + journal.lines()));
    }

    /// Waits for so many messages in all.
    List<AcceptedMessage> received(int count) throws InterruptedException {
        if (!sandbox.awaitCount(count, PATIENCE)) {
            throw new AssertionError(
                    "only " + sandbox.acceptedCount() + " of " + count + " arrived: " + journal.lines());
        }
        return sandbox.accepted();
    }

    /// Stops the relay and reads what its queue remembers of a message.
    List<HistoryEntry> history(String queueId) throws QueueUnavailableException {
        stop();
        return history(directory, queueId);
    }

    static List<HistoryEntry> history(Path directory, String queueId) throws QueueUnavailableException {
        RelaySettings settings = settings(directory.resolve("relay.conf"));
        try (JdbcQueue queue = SqliteQueue.open(settings.queue(), SteadyClock.system(), RandomGenerator.getDefault())) {
            return queue.notices().history(QueueId.parse(queueId).orElseThrow());
        }
    }

    /// Stops the relay and reads what its queue remembers of the devices.
    List<DeviceRecord> storedDevices() throws QueueUnavailableException {
        stop();
        RelaySettings read = settings(configuration());
        try (JdbcQueue queue = SqliteQueue.open(read.queue(), SteadyClock.system(), RandomGenerator.getDefault())) {
            return queue.devices().all();
        }
    }

    @Override
    public void close() {
        stop(); // first: the sandbox waits for its clients, and the relay keeps its connections for a minute
        sandbox.close();
    }
}
