package org.o365relay.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.accept.Endpoint;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.ListenerTls;
import org.o365relay.admit.TrustedNetworks;

/// `relay.listeners`: where the relay listens, without two that would take each other's port.
final class ListenersReader {

    private ListenersReader() {}

    static List<ListenerSettings> read(Section relay, TrustedNetworks trusted) {
        Layer defaults = relay.defaultElement("listeners");
        List<ListenerSettings> listeners = new ArrayList<>();
        List<Setting> elements = relay.elements("listeners");
        if (elements.isEmpty() && relay.isWrittenAsList("listeners")) {
            relay.problem("listeners", "is empty; the relay would listen nowhere");
        }
        for (Setting element : elements) {
            relay.element(element, List.of(), defaults)
                    .ifPresent(section -> listener(section, trusted).ifPresent(listener -> {
                        reportConflict(section, listener, listeners);
                        listeners.add(listener);
                    }));
        }
        return listeners;
    }

    private static Optional<ListenerSettings> listener(Section section, TrustedNetworks trusted) {
        Optional<InetAddress> address = section.sound("address", Addresses.LOCAL);
        Optional<Integer> port = section.sound("port", Amount.port(0));
        return address.flatMap(ip -> port.map(number ->
                new ListenerSettings(new Endpoint.Tcp(ip, number), ListenerTls.OPTIONAL, trusted, List.of())));
    }

    private static void reportConflict(Section section, ListenerSettings listener, List<ListenerSettings> others) {
        Optional<ListenerSettings> rival =
                others.stream().filter(other -> conflict(listener, other)).findFirst();
        rival.ifPresent(other -> section.problem(
                "port",
                other.equals(listener)
                        ? listener + " is listed twice; remove one"
                        : "%s and %s cannot both be open; change one of the ports".formatted(other, listener)));
    }

    private static boolean conflict(ListenerSettings one, ListenerSettings other) {
        return one.endpoint() instanceof Endpoint.Tcp first
                && other.endpoint() instanceof Endpoint.Tcp second
                && conflict(first, second);
    }

    private static boolean conflict(Endpoint.Tcp one, Endpoint.Tcp other) {
        boolean samePort = one.port() == other.port() && one.port() != 0;
        return samePort
                && (one.address().equals(other.address())
                        || covers(one.address(), other.address())
                        || covers(other.address(), one.address()));
    }

    /// The IPv6 wildcard takes the port for IPv4 too.
    private static boolean covers(InetAddress wildcard, InetAddress other) {
        int octets = wildcard.getAddress().length;
        return wildcard.isAnyLocalAddress() && octets >= other.getAddress().length;
    }
}
