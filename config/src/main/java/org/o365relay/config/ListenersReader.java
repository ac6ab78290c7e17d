package org.o365relay.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.config.hocon.Layer;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.values.Networks;
import org.o365relay.config.values.TextValues;

/// Reads `relay.listeners` and reports endpoints that conflict.
///
/// @param networks reader for the trusted networks of listeners that have their own list
/// @param trusted trusted networks of listeners that have no list of their own
/// @param certificate whether a certificate is configured
record ListenersReader(Section relay, TrustedNetworksReader networks, TrustedNetworks trusted, boolean certificate) {

    private static final String KEY = "listeners";
    private static final String PROXIES = "trusted-proxies";

    List<ListenerSettings> read() {
        Layer defaults = relay.defaultElement(KEY);
        List<ListenerSettings> listeners = new ArrayList<>();
        List<Setting> elements = relay.elements(KEY);
        if (elements.isEmpty() && relay.isSetToList(KEY)) {
            relay.reportProblem(KEY, "is empty, so the relay would not listen; add a listener");
        }
        for (Setting element : elements) {
            relay.element(element, List.of(), defaults)
                    .ifPresent(section -> listener(section).ifPresent(listener -> {
                        reportConflict(section, listener, listeners);
                        listeners.add(listener);
                    }));
        }
        return listeners;
    }

    private Optional<ListenerSettings> listener(Section section) {
        Optional<Endpoint> endpoint = new EndpointReader(section).read();
        ListenerTls tls = section.value("tls", TextValues.oneOf(ListenerTls.class));
        List<Network> proxies = proxies(section);
        TrustedNetworks own =
                section.configured(TrustedNetworksReader.KEY).isPresent() ? networks.read(section) : trusted;
        reportMissingCertificate(section, tls);
        return endpoint.map(found -> new ListenerSettings(found, tls, own, proxies));
    }

    private void reportMissingCertificate(Section section, ListenerTls tls) {
        switch (tls) {
            case REQUIRED, IMPLICIT -> {
                if (!certificate) {
                    section.reportProblem(
                            "tls", TextValues.name(tls) + " needs a certificate; set relay.tls.certificate and key");
                }
            }
            case OPTIONAL, OFF -> {}
        }
    }

    private static List<Network> proxies(Section section) {
        List<Network> proxies = new ArrayList<>();
        for (Setting element : section.elements(PROXIES)) {
            section.source().parse(element, Networks.CIDR).ifPresent(network -> {
                switch (Exposure.of(network)) {
                    case OPEN, WIDE ->
                        section.source()
                                .reportProblem(
                                        element,
                                        "hosts in %s could forge any client address; list the proxies only"
                                                .formatted(network));
                    case SITE, PRIVATE -> proxies.add(network);
                }
            });
        }
        return proxies;
    }

    private static void reportConflict(Section section, ListenerSettings listener, List<ListenerSettings> others) {
        Optional<ListenerSettings> conflicting = others.stream()
                .filter(other -> conflict(listener.endpoint(), other.endpoint()))
                .findFirst();
        conflicting.ifPresent(other -> section.reportProblem(
                new EndpointReader(section).key(),
                other.toString().equals(listener.toString())
                        ? listener + " is listed twice; remove one"
                        : "%s and %s cannot both be open; change one of the ports".formatted(other, listener)));
    }

    private static boolean conflict(Endpoint one, Endpoint other) {
        if (one instanceof Endpoint.Tcp first && other instanceof Endpoint.Tcp second) {
            return conflict(first, second);
        }
        return one.toString().equals(other.toString());
    }

    private static boolean conflict(Endpoint.Tcp one, Endpoint.Tcp other) {
        boolean samePort = one.port() == other.port() && one.port() != 0;
        return samePort
                && (one.address().equals(other.address())
                        || covers(one.address(), other.address())
                        || covers(other.address(), one.address()));
    }

    /// Tests whether the first address is a wildcard that covers the other. A wildcard address occupies the
    /// port on all addresses of its family; the IPv6 wildcard also occupies it for IPv4.
    private static boolean covers(InetAddress wildcard, InetAddress other) {
        int octets = wildcard.getAddress().length;
        return wildcard.isAnyLocalAddress() && octets >= other.getAddress().length;
    }
}
