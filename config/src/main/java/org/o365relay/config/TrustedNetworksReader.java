package org.o365relay.config;

import com.typesafe.config.ConfigObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.admit.Tolerance;
import org.o365relay.admit.TrustedNetwork;
import org.o365relay.admit.TrustedNetworks;
import org.o365relay.config.hocon.Section;
import org.o365relay.config.hocon.Setting;
import org.o365relay.config.values.Networks;

/// Reads `trusted-networks` of the relay or a listener, with defaults from `relay.trusted-network-defaults`.
/// Rejects networks that would make the relay an open relay.
///
/// @param defaults section with the defaults; entries that contain only a network use the policy in it
record TrustedNetworksReader(Section relay, PolicyReader policies, Section defaults) {

    static final String KEY = "trusted-networks";

    private static final String DEFAULTS = "trusted-network-defaults";
    private static final String NETWORK = "network";
    private static final String TOLERANCE = "tolerance";

    static TrustedNetworksReader of(Section relay, PolicyReader policies) {
        Section defaults = relay.section(DEFAULTS);
        defaults.optional(NETWORK, Networks.CIDR)
                .ifPresent(network ->
                        defaults.reportProblem(NETWORK, "has no default; set it in each entry of trusted-networks"));
        policies.read(defaults); // to report mistakes even if no entry uses the defaults
        return new TrustedNetworksReader(relay, policies, defaults);
    }

    /// @param owner section of the relay or of a listener
    TrustedNetworks read(Section owner) {
        List<Setting> elements = owner.elements(KEY);
        if (elements.isEmpty() && owner.isSetToList(KEY)) {
            owner.reportProblem(KEY, "is empty, so no client could send mail; list the networks of your devices");
        }
        List<TrustedNetwork> networks = new ArrayList<>();
        for (Setting element : elements) {
            entry(element).ifPresent(entry -> {
                reportDuplicate(element, entry, networks);
                networks.add(entry);
            });
        }
        return new TrustedNetworks(networks);
    }

    private Optional<TrustedNetwork> entry(Setting element) {
        if (!(element.value() instanceof ConfigObject)) {
            return network(element).map(network -> trusted(network, defaults));
        }
        return relay.element(element, relay.layers(DEFAULTS), relay.defaults(DEFAULTS))
                .flatMap(this::section);
    }

    private Optional<TrustedNetwork> section(Section entry) {
        Optional<Setting> written = entry.configured(NETWORK);
        if (written.isEmpty()) {
            entry.reportProblem(NETWORK, "is missing; set an IP address or a network in CIDR notation");
            policies.read(entry);
        }
        return written.flatMap(this::network).map(network -> trusted(network, entry));
    }

    private TrustedNetwork trusted(Network network, Section section) {
        ClientPolicy policy = policies.read(section);
        if (policy.tolerance().equals(Tolerance.LEGACY) && isLarge(network)) {
            section.reportWarning(
                    TOLERANCE,
                    "legacy is for single devices, but %s is large; list the devices that need it".formatted(network));
        }
        return new TrustedNetwork(network, policy);
    }

    private Optional<Network> network(Setting written) {
        Optional<Network> network = relay.source().parse(written, Networks.CIDR);
        network.ifPresent(read -> reportExposure(written, read));
        return network;
    }

    private void reportDuplicate(Setting element, TrustedNetwork entry, List<TrustedNetwork> others) {
        if (others.stream().anyMatch(other -> other.network().equals(entry.network()))) {
            relay.source().reportProblem(element, entry.network() + " is listed twice; remove one");
        }
    }

    private void reportExposure(Setting written, Network network) {
        Object text = written.value().unwrapped();
        switch (Exposure.of(network)) {
            case OPEN ->
                relay.source()
                        .reportProblem(
                                written,
                                text
                                        + " would make this an open relay: anyone could send through your mailbox; list your own networks only");
            case WIDE ->
                relay.source()
                        .reportWarning(
                                written,
                                text + " is a large public network; check that all of its addresses are yours");
            case SITE, PRIVATE -> {}
        }
    }

    private static boolean isLarge(Network network) {
        boolean ipv4 = network.address().getAddress().length == 4;
        return !network.address().isLoopbackAddress() && network.prefixLength() < (ipv4 ? 24 : 64);
    }
}
