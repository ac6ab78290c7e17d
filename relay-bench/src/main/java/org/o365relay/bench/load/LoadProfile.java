package org.o365relay.bench.load;

import java.net.InetSocketAddress;
import java.util.List;
import org.o365relay.bench.load.SmtpLoad.Connections;

/// The parameters of a load, except its limit and the server.
public record LoadProfile(
        int sessions, Size size, Connections connections, boolean pipelining, int threads, MessageIds messageIds) {

    private static final Size SMALL = Size.parse("4KiB");

    /// The standard loads.
    public static final List<LoadProfile> SUITE = List.of(
            unpipelined(1, SMALL, Connections.PERSISTENT),
            unpipelined(50, SMALL, Connections.PERSISTENT),
            unpipelined(50, SMALL, Connections.ONE_PER_MESSAGE),
            unpipelined(50, Size.parse("100KiB"), Connections.PERSISTENT));

    public static LoadProfile unpipelined(int sessions, Size size, Connections connections) {
        return new LoadProfile(sessions, size, connections, false, 1, MessageIds.SAME);
    }

    public SmtpLoad on(InetSocketAddress server, LoadLimit limit) {
        Content content = Content.ofSize(size.octets(), messageIds);
        return new SmtpLoad(server, sessions, limit, content, connections, pipelining, threads);
    }

    @Override
    public String toString() {
        String kind = connections == Connections.PERSISTENT ? "persistent" : "new per message";
        String ids = switch (messageIds) {
            case NONE -> ", no Message-ID";
            case SAME -> "";
            case RANDOM -> ", random Message-IDs";
        };
        return sessions + " " + kind + ", " + size + (pipelining ? ", pipelined" : "") + ids;
    }
}
