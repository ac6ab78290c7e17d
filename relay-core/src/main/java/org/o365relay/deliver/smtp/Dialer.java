package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.UpstreamCheck.Finding;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resolves the name of a server and opens a TCP connection. If the name has several addresses (Exchange Online
/// has eight, half of them IPv6), the one that worked most recently is tried first, and the next one 250 ms
/// later ([ConnectionRace]).
///
/// Thread-safe. One object is used for all servers of an upstream.
final class Dialer {

    private static final Pattern ZEROS = Pattern.compile("(?<![^:])0(?::0)+(?![^:%])"); // in full groups

    /// RFC 8305 §8: the recommended Connection Attempt Delay.
    private static final Duration STAGGER = Duration.ofMillis(250);

    /// Maximum number of addresses of a server that are used.
    private static final int MAX_ADDRESSES = 16;

    private static final Logger log = LoggerFactory.getLogger(Dialer.class);

    /// Looks up the addresses of a host.
    @FunctionalInterface
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final SmtpUpstreamSettings settings;
    private final Resolver resolver;
    private final AddressMemory memory;
    private final ConnectionRace race;

    /// @param settings settings of the upstream; the host is not used
    Dialer(SmtpUpstreamSettings settings) {
        this(
                settings,
                InetAddress::getAllByName,
                (server, limit) -> connect(server, settings.localAddress(), limit),
                STAGGER,
                System::nanoTime);
    }

    /// @param stagger time after which the next address is tried too
    /// @param nanoTime monotonic clock, in nanoseconds
    Dialer(
            SmtpUpstreamSettings settings,
            Resolver resolver,
            ConnectionRace.Connector connector,
            Duration stagger,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.resolver = resolver;
        this.memory = new AddressMemory(nanoTime);
        this.race = new ConnectionRace(connector, stagger, memory);
    }

    /// Connects to the server, directly or through the proxy.
    ///
    /// @throws IOException if the name cannot be resolved, if it has no address of the same IP version as the
    ///     configured source address, or if no address accepts the connection within the connect timeout; a
    ///     [ProxyException] if the proxy cannot be reached or opens no connection
    Socket dial(String host, List<Finding> findings) throws IOException {
        SmtpProxy proxy = settings.proxy();
        return proxy == null
                ? direct(host, settings.port(), settings.connectTimeout(), findings)
                : throughProxy(proxy, host, findings);
    }

    private Socket throughProxy(SmtpProxy proxy, String host, List<Finding> findings) throws IOException {
        long deadline = System.nanoTime() + settings.connectTimeout().toNanos();
        List<Finding> toProxy = new ArrayList<>();
        Socket socket;
        try {
            socket = direct(proxy.server().host(), proxy.server().port(), settings.connectTimeout(), toProxy);
        } catch (IOException e) {
            throw ProxyException.unreachable(noConnection(proxy, e), e);
        }
        try {
            findings.add(new Finding(Step.PROXY, "connected to the " + proxy));
            ProxyTunnel.open(socket, proxy, host, settings.port(), Duration.ofNanos(deadline - System.nanoTime()));
            findings.add(new Finding(Step.CONNECT, "the proxy connected to " + host + " port " + settings.port()));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private String noConnection(SmtpProxy proxy, IOException failure) {
        return switch (failure) {
            case UnknownHostException _ -> "name of the " + proxy + " not found";
            case SocketTimeoutException _ ->
                "no connection to the " + proxy + " within "
                        + settings.connectTimeout().toMillis() + " ms";
            default -> "cannot connect to the " + proxy + ": " + failure.getMessage();
        };
    }

    private Socket direct(String host, int port, Duration limit, List<Finding> findings) throws IOException {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (InetAddress address : memory.order(resolve(host))) {
            // includes the configured name, so that Java does not perform a reverse lookup of the address
            InetAddress named = InetAddress.getByAddress(host, address.getAddress());
            servers.add(new InetSocketAddress(named, port));
        }
        findings.add(new Finding(
                Step.CONNECT,
                host + " is "
                        + servers.stream()
                                .map(server -> text(server.getAddress()))
                                .collect(Collectors.joining(", "))));
        try {
            Socket socket = race.first(servers, limit);
            findings.add(new Finding(Step.CONNECT, "connected to " + text(socket.getInetAddress()) + " port " + port));
            return socket;
        } catch (IOException e) {
            memory.forgetRefusals();
            throw e;
        }
    }

    /// Records that the server at this address accepts connections but cannot be used: the other addresses are
    /// tried first for a while.
    void failed(InetAddress address) {
        if (settings.proxy() == null) {
            memory.failed(address);
        }
    }

    /// Uses the other IP version for a while if the server at this address refused mail because of the version.
    /// Does not do so if the server has no address of the other version, or has refused that one too, or if a
    /// proxy chooses the version.
    ///
    /// @return whether the next connection uses the other version
    boolean changesVersion(InetAddress address, Response response) {
        IpVersion version = IpVersion.of(address);
        String host = address.getHostName();
        boolean isRefused =
                settings.proxy() == null && response.isFromServer() && version.isRefusedBy(response.reply());
        if (!isRefused || memory.isRefused(version.other()) || !hasAddress(host, version.other())) {
            return false;
        }
        if (!memory.isRefused(version)) {
            log.warn(
                    "{} refuses mail over {} ({}); using {} for {} minutes",
                    host,
                    version,
                    response.reply(),
                    version.other(),
                    AddressMemory.REFUSED_FOR.toMinutes());
        }
        memory.refused(version);
        return true;
    }

    /// @return whether the server at this address has recently refused mail because of the IP version
    boolean isRefused(InetAddress address) {
        return memory.isRefused(IpVersion.of(address));
    }

    private boolean hasAddress(String host, IpVersion version) {
        try {
            return resolve(host).stream().anyMatch(address -> IpVersion.of(address) == version);
        } catch (IOException _) {
            return false; // the next attempt reports it
        }
    }

    /// @return the server's addresses; if a source address is configured, only those of the same IP version
    private List<InetAddress> resolve(String host) throws IOException {
        List<InetAddress> all = Arrays.asList(resolver.addresses(host));
        InetAddress local = settings.localAddress();
        List<InetAddress> reachable = all.stream()
                .filter(address -> local == null || IpVersion.of(address) == IpVersion.of(local))
                .limit(MAX_ADDRESSES)
                .toList();
        if (reachable.isEmpty() && local != null) {
            throw new IOException(
                    host + " has no address of the same IP version as local-address (" + local.getHostAddress() + ")");
        }
        return reachable;
    }

    private static Socket connect(InetSocketAddress server, @Nullable InetAddress local, Duration limit)
            throws IOException {
        Socket socket = new Socket();
        try {
            if (local != null) {
                socket.bind(new InetSocketAddress(local, 0));
            }
            socket.connect(server, millis(limit));
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

    /// @return the address; in an IPv6 address, the longest sequence of zeros is replaced by `::`, and the
    ///     first of several that are equally long (RFC 5952 §4.2)
    static String text(InetAddress address) {
        String text = address.getHostAddress();
        if (!(address instanceof Inet6Address)) {
            return text;
        }
        return ZEROS.matcher(text)
                .results()
                .reduce((first, second) ->
                        second.group().length() > first.group().length() ? second : first)
                .map(zeros -> shortened(text, zeros))
                .orElse(text);
    }

    private static String shortened(String text, MatchResult zeros) {
        String before = text.substring(0, zeros.start());
        String after = text.substring(zeros.end());
        return (before.isEmpty() ? ":" : before) + (after.startsWith(":") ? after : ":" + after);
    }
}
