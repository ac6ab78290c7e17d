package org.o365relay.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.o365relay.admit.Network;

/// How many public addresses a network contains.
enum Exposure {
    /// Only private, loopback or link-local addresses.
    PRIVATE,
    /// At most as many public addresses as a single site typically has.
    SITE,
    /// More public addresses than a single site typically has.
    WIDE,
    /// So many public addresses that trusting the network would make the relay an open relay.
    OPEN;

    // RFC 1918, RFC 1122 §3.2.1.3 (loopback), RFC 3927 (link-local), RFC 4193 (ULA), RFC 4291 §2.5.3 and §2.5.6
    private static final List<Network> PRIVATE_NETWORKS = Stream.of(
                    "10.0.0.0/8",
                    "172.16.0.0/12",
                    "192.168.0.0/16",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "::1/128",
                    "fc00::/7",
                    "fe80::/10")
            .map(Network::parse)
            .flatMap(Optional::stream)
            .toList();

    static Exposure of(Network network) {
        boolean ipv4 = network.address().getAddress().length == 4;
        boolean inside = PRIVATE_NETWORKS.stream()
                .anyMatch(known -> known.contains(network.address()) && known.prefixLength() <= network.prefixLength());
        if (inside) {
            return PRIVATE;
        }
        // A limit for /0 alone is not enough: the two halves of the IPv4 range, or 2000::/3, also cover the whole
        // internet.
        if (network.prefixLength() < (ipv4 ? 8 : 16)) {
            return OPEN;
        }
        return network.prefixLength() < (ipv4 ? 24 : 48) ? WIDE : SITE;
    }
}
