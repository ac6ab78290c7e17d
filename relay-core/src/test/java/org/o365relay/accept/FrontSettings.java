package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;

/// What a [TestRelayFront] is told before it starts.
///
/// @param listen a local address, as text
record FrontSettings(
        String listen, TrustedNetworks trusted, SessionLimits limits, long freeSpaceFloor, long maximumQueueSize) {

    private static final Duration LONG = Duration.ofMinutes(5);

    static final FrontSettings DEFAULTS = new FrontSettings(
            "127.0.0.1",
            networks("127.0.0.0/8", "::1"),
            new SessionLimits(2_048, 40L * 1024 * 1024, 100, 100, 50, LONG),
            0,
            Long.MAX_VALUE / 2);

    FrontSettings listening(String address) {
        return new FrontSettings(address, trusted, limits, freeSpaceFloor, maximumQueueSize);
    }

    FrontSettings trusting(String... networks) {
        return new FrontSettings(listen, networks(networks), limits, freeSpaceFloor, maximumQueueSize);
    }

    FrontSettings withFreeSpaceFloor(long octets) {
        return new FrontSettings(listen, trusted, limits, octets, maximumQueueSize);
    }

    FrontSettings withMaximumQueueSize(long octets) {
        return new FrontSettings(listen, trusted, limits, freeSpaceFloor, octets);
    }

    FrontSettings withMessageSize(long octets) {
        return with(new SessionLimits(
                limits.commandLine(),
                octets,
                limits.recipients(),
                limits.connections(),
                limits.connectionsPerClient(),
                limits.idle()));
    }

    FrontSettings withRecipients(int recipients) {
        return with(new SessionLimits(
                limits.commandLine(),
                limits.messageSize(),
                recipients,
                limits.connections(),
                limits.connectionsPerClient(),
                limits.idle()));
    }

    FrontSettings withCommandLine(int octets) {
        return with(new SessionLimits(
                octets,
                limits.messageSize(),
                limits.recipients(),
                limits.connections(),
                limits.connectionsPerClient(),
                limits.idle()));
    }

    FrontSettings withConnections(int total, int perClient) {
        return with(new SessionLimits(
                limits.commandLine(), limits.messageSize(), limits.recipients(), total, perClient, limits.idle()));
    }

    FrontSettings withIdle(Duration idle) {
        return with(new SessionLimits(
                limits.commandLine(),
                limits.messageSize(),
                limits.recipients(),
                limits.connections(),
                limits.connectionsPerClient(),
                idle));
    }

    InetAddress address() {
        return InetAddress.ofLiteral(listen);
    }

    private FrontSettings with(SessionLimits changed) {
        return new FrontSettings(listen, trusted, changed, freeSpaceFloor, maximumQueueSize);
    }

    private static TrustedNetworks networks(String... texts) {
        List<Network> networks =
                Stream.of(texts).map(text -> Network.parse(text).orElseThrow()).toList();
        return new TrustedNetworks(networks);
    }
}
