package org.o365relay.config;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;

/// `relay.trusted-networks`: never so many that the relay is an open one.
final class TrustedNetworksReader {

    private static final String KEY = "trusted-networks";

    private TrustedNetworksReader() {}

    /// @param policy of every network
    static TrustedNetworks read(Section relay, ClientPolicy policy) {
        List<TrustedNetwork> networks = new ArrayList<>();
        List<Setting> elements = relay.elements(KEY);
        if (elements.isEmpty() && relay.isWrittenAsList(KEY)) {
            relay.problem(KEY, "is empty; nobody could send mail");
        }
        for (Setting element : elements) {
            relay.source().parse(element, Networks.CIDR).ifPresent(network -> {
                reportExposure(relay.source(), element, network);
                networks.add(new TrustedNetwork(network, policy));
            });
        }
        return new TrustedNetworks(networks);
    }

    private static void reportExposure(Source source, Setting element, Network network) {
        Object written = element.value().unwrapped();
        switch (Exposure.of(network)) {
            case OPEN ->
                source.problem(
                        element,
                        written + " would make an open relay: strangers could send through your mailbox; "
                                + "list your own networks only");
            case WIDE ->
                source.warning(element, written + " is a large range of public addresses; are all of them yours?");
            case SITE, PRIVATE -> {}
        }
    }
}
