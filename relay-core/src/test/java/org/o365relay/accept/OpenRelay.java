package org.o365relay.accept;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.admit.Network;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// A listener and a queue that use the system clock. The test chooses the endpoints.
final class OpenRelay implements AutoCloseable {

    static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

    private final FrontJournal journal = new FrontJournal();
    private final Devices devices = new Devices(SteadyClock.system());
    private final JdbcQueue queue;
    private final SmtpListener listener;

    OpenRelay(Path directory, AcceptSettings settings, Map<String, String> environment)
            throws QueueUnavailableException, ListenException {
        InstantSource clock = InstantSource.system();
        this.queue = SqliteQueue.open(
                new QueueSettings(directory.resolve("queue"), 0, 1L << 40, Duration.ofDays(30)),
                SteadyClock.following(clock),
                RandomGenerator.getDefault());
        try {
            this.listener = new SmtpListener(
                    settings,
                    devices,
                    queue.intake(),
                    journal,
                    SteadyClock.following(clock),
                    environment,
                    LOOK_INTERVAL);
        } catch (ListenException e) {
            queue.close();
            throw e;
        }
    }

    static OpenRelay plain(Path directory) throws QueueUnavailableException, ListenException {
        return new OpenRelay(directory, plainSettings(), Map.of());
    }

    static AcceptSettings plainSettings() {
        return settings(null, Duration.ofMinutes(5));
    }

    static OpenRelay with(CertificateFiles certificate, Path directory)
            throws QueueUnavailableException, ListenException {
        return new OpenRelay(directory, settings(certificate, Duration.ofSeconds(10)), Map.of());
    }

    static AcceptSettings settings(@Nullable CertificateFiles certificate, Duration command) {
        FrontSettings defaults =
                FrontSettings.DEFAULTS.withConnections(20_000, 1).withCommand(command);
        return new AcceptSettings(defaults.session(), certificate, null);
    }

    /// Listens on a free port of 127.0.0.1, and trusts all loopback addresses.
    InetSocketAddress listen(ListenerTls tls) throws ListenException {
        return listen(tls, trusting(false, "127.0.0.0/8"));
    }

    InetSocketAddress listen(ListenerTls tls, TrustedNetworks trusted, Network... proxies) throws ListenException {
        Endpoint loopback = new Endpoint.Tcp(FrontSettings.DEFAULTS.address(), 0);
        return ((Endpoint.Tcp) listen(new ListenerSettings(loopback, tls, trusted, List.of(proxies)))
                        .getFirst())
                .socketAddress();
    }

    List<Endpoint> listen(Endpoint endpoint) throws ListenException {
        return listen(new ListenerSettings(endpoint, ListenerTls.OFF, trusting(false, "127.0.0.1"), List.of()));
    }

    List<Endpoint> listen(ListenerSettings settings) throws ListenException {
        return listener.listen(settings);
    }

    /// Changes the listeners to these.
    void change(Endpoint... endpoints) throws ListenException {
        List<ListenerSettings> listeners = Stream.of(endpoints)
                .map(endpoint ->
                        new ListenerSettings(endpoint, ListenerTls.OFF, trusting(false, "127.0.0.1"), List.of()))
                .toList();
        listener.prepare(plainSettings(), listeners).apply();
    }

    static TrustedNetworks trusting(boolean oldTls, String... networks) {
        return trusting(oldTls, 1_000, networks);
    }

    static TrustedNetworks trusting(boolean oldTls, int connections, String... networks) {
        ClientPolicy policy = new ClientPolicy(
                "",
                Tolerance.STANDARD,
                AuthPolicy.NONE,
                oldTls,
                1L << 30,
                new DeviceLimits(connections, null, null, null));
        return new TrustedNetworks(Stream.of(networks)
                .map(text -> new TrustedNetwork(Network.parse(text).orElseThrow(), policy))
                .toList());
    }

    FrontJournal journal() {
        return journal;
    }

    List<Claim> claims() {
        return queue.claims().claim(FrontSettings.SUPPLY, 1_000);
    }

    Devices devices() {
        return devices;
    }

    /// @return how often the deviation of the client was counted
    long deviations(String address, Deviation deviation) {
        return record(address).deviations().getOrDefault(deviation, 0L);
    }

    DeviceRecord record(String address) {
        return devices.records().stream()
                .filter(device -> device.address().getHostAddress().equals(address))
                .findFirst()
                .orElseThrow();
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
