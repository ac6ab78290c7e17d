package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;

/// Resolves the server's name and opens a TCP connection. If the name has several addresses (Exchange Online
/// has eight, half of them IPv6), they are tried one after the other; each gets an equal part of the connect
/// timeout.
record Dialer(SmtpUpstreamSettings settings) {

    /// @throws IOException if the name cannot be resolved, if it has no address of the same IP version as the
    ///     configured source address, or if no address accepts the connection; in the last case, the exception
    ///     is that of the last address
    Socket dial(List<Finding> findings) throws IOException {
        List<InetAddress> addresses = resolve();
        findings.add(new Finding(
                Step.CONNECT,
                settings.host() + " is "
                        + addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "))));
        IOException last = new IOException("no address");
        for (InetAddress address : addresses) {
            try {
                Socket socket = connect(address, settings.connectTimeout().dividedBy(addresses.size()));
                findings.add(new Finding(
                        Step.CONNECT, "connected to " + address.getHostAddress() + " port " + settings.port()));
                return socket;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /// @return the server's addresses; if a source address is configured, only those of the same IP version
    private List<InetAddress> resolve() throws IOException {
        List<InetAddress> all = Arrays.asList(InetAddress.getAllByName(settings.host()));
        InetAddress local = settings.localAddress();
        if (local == null) {
            return all;
        }
        List<InetAddress> reachable = all.stream()
                .filter(address -> address.getClass() == local.getClass())
                .toList();
        if (reachable.isEmpty()) {
            throw new IOException(settings.host() + " has no address of the same IP version as local-address ("
                    + local.getHostAddress() + ")");
        }
        return reachable;
    }

    private Socket connect(InetAddress address, Duration limit) throws IOException {
        // includes the configured name, so that Java does not perform a reverse lookup of the address
        InetAddress named = InetAddress.getByAddress(settings.host(), address.getAddress());
        Socket socket = new Socket();
        try {
            if (settings.localAddress() != null) {
                socket.bind(new InetSocketAddress(settings.localAddress(), 0));
            }
            socket.connect(new InetSocketAddress(named, settings.port()), millis(limit));
            socket.setTcpNoDelay(true); // otherwise the final dot waits for a delayed acknowledgement
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// @return the limit in milliseconds, at least 1, because 0 means no limit
    static int millis(Duration limit) {
        return Math.toIntExact(Math.max(1, limit.toMillis()));
    }
}
