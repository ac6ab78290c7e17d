package org.o365relay.admit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrustedNetworksTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.1");

    @Test
    void trustsOnlyClientsInTheNetworks() {
        assertThat(trusting("::1", "10.0.0.0/8").policy(CLIENT)).isPresent();
        assertThat(trusting("::1").policy(CLIENT)).isEmpty();
        assertThat(trusting().policy(CLIENT)).isEmpty();
    }

    @Test
    void usesTheSmallestNetworkRegardlessOfOrder() {
        assertThat(trusting("10.0.0.0/8", "10.0.0.0/24", "10.0.0.0/16").policy(CLIENT))
                .hasValueSatisfying(policy -> assertThat(policy.name()).isEqualTo("10.0.0.0/24"));
        assertThat(trusting("10.0.0.1", "10.0.0.0/8").policy(CLIENT))
                .hasValueSatisfying(policy -> assertThat(policy.name()).isEqualTo("10.0.0.1"));
    }

    private static TrustedNetworks trusting(String... networks) {
        return new TrustedNetworks(List.of(networks).stream()
                .map(text -> new TrustedNetwork(Network.parse(text).orElseThrow(), named(text)))
                .toList());
    }

    private static ClientPolicy named(String name) {
        return new ClientPolicy(
                name, Tolerance.STANDARD, AuthPolicy.NONE, false, 1_000, new DeviceLimits(1, null, null, null));
    }
}
