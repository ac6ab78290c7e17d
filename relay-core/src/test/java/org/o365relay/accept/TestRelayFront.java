package org.o365relay.accept;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.o365relay.accept.auth.Users;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.accept.session.SessionFactory;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.admit.Devices;
import org.o365relay.mail.Deviation;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// The front half of the relay on a free port: a real listener and a real queue, while the clock stands still.
public final class TestRelayFront implements AutoCloseable {

    public static final Instant NOW = Instant.parse("2026-11-21T10:00:00.123Z");

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Path directory;
    private final InetSocketAddress address;
    private final FrontJournal journal = new FrontJournal();
    private final SmtpListener listener;
    private final JdbcQueue queue;
    private final FrontSettings settings;
    private final Devices devices;

    TestRelayFront(Path directory, FrontSettings settings) throws QueueUnavailableException, ListenException {
        this.directory = directory;
        InstantSource clock = InstantSource.fixed(NOW.plusNanos(456_789)); // as precise as a real clock
        this.queue = SqliteQueue.open(
                new QueueSettings(
                        directory, settings.freeSpaceFloor(), settings.maximumQueueSize(), Duration.ofDays(30)),
                SteadyClock.following(clock),
                RandomGenerator.of("L64X128MixRandom"));
        this.settings = settings;
        this.devices = new Devices(SteadyClock.following(clock));
        this.listener =
                new SmtpListener(settings.accept(), devices, queue.intake(), journal, SteadyClock.following(clock));
        this.address = ((Endpoint.Tcp) listener.listen(settings.listener(0)).getFirst()).socketAddress();
    }

    public static TestRelayFront in(Path directory) throws QueueUnavailableException, ListenException {
        return new TestRelayFront(directory, FrontSettings.DEFAULTS);
    }

    public JdbcQueue queue() {
        return queue;
    }

    /// @return whether the deviation was ever counted for the client
    boolean hasDeviated(InetAddress client, Deviation deviation) {
        return devices.records().stream()
                .anyMatch(device ->
                        device.address().equals(client) && device.deviations().containsKey(deviation));
    }

    public Devices devices() {
        return devices;
    }

    public FrontJournal journal() {
        return journal;
    }

    /// @return a factory without a certificate
    PipelineFactory pipelines() {
        InstantSource clock = InstantSource.fixed(NOW);
        SessionFactory sessions = new SessionFactory(
                settings.session(), new Users(null, clock), queue.intake(), journal, SteadyClock.following(clock));
        RejectHandler rejects = new RejectHandler(devices, new RejectLog(journal, RejectLog.CONNECTION_LINES));
        return new PipelineFactory(sessions, devices, rejects, null, ReceiveMemory.ofProcess(), clock);
    }

    int port() {
        return address.getPort();
    }

    DialogClient connect() throws IOException {
        return new DialogClient(address);
    }

    /// Connects from another loopback address of this machine.
    DialogClient connectFrom(String local) throws IOException {
        return new DialogClient(address, InetAddress.ofLiteral(local));
    }

    DialogClient connectTo(String host) throws IOException {
        return new DialogClient(new InetSocketAddress(InetAddress.ofLiteral(host), port()));
    }

    /// @return all messages that are due, in order of arrival
    public List<Claim> claims() {
        return queue.claims().claim(settings.supply(), 1_000).stream()
                .sorted(Comparator.comparing(Claim::id))
                .toList();
    }

    public byte[] content(Claim claim) throws IOException {
        try (InputStream in = queue.claims().content(claim)) {
            return in.readAllBytes();
        }
    }

    /// @return number of rows in a table of the queue
    int rows(String table) throws SQLException {
        return number("SELECT count(*) FROM " + table);
    }

    int number(String query) throws SQLException {
        try (Connection database = database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.getInt(1);
        }
    }

    Connection database() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("queue.db"));
    }

    ReceiveMemory memory() {
        return listener.memory();
    }

    void listen(int port) throws ListenException {
        listen(settings.listener(port));
    }

    void listen(ListenerSettings another) throws ListenException {
        listener.listen(another);
    }

    void stop() {
        stop(GRACE);
    }

    void stop(Duration grace) {
        listener.stop(grace);
    }

    @Override
    public void close() {
        listener.stop(Duration.ZERO);
        queue.close();
    }
}
