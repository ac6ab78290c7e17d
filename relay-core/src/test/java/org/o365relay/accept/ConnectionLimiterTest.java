package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.ConnectionLimiter.Result;

class ConnectionLimiterTest {

    private static final int PER_CLIENT = 50;

    private final ConnectionLimiter limiter = ConnectionLimiter.withReserve(200);

    @Test
    void fourAddressesCannotTakeAllConnections() {
        for (int client = 1; client <= 3; client++) {
            assertThat(take("192.0.2." + client, PER_CLIENT)).isEqualTo(PER_CLIENT);
        }
        assertThat(take("192.0.2.4", PER_CLIENT)).isEqualTo(5);
        assertThat(limiter.acquire(address("192.0.2.4"), PER_CLIENT)).isEqualTo(Result.RESERVED);
        for (int client = 10; client < 19; client++) {
            assertThat(take("192.0.2." + client, PER_CLIENT))
                    .as("of client %d", client)
                    .isEqualTo(5);
        }
        assertThat(limiter.acquire(address("192.0.2.20"), PER_CLIENT)).isEqualTo(Result.TOTAL_LIMIT);
    }

    @Test
    void countsTheAddressesOfAnIpv6NetworkTogether() {
        for (int host = 0; host < 150; host++) {
            assertThat(take("2001:db8:0:1::" + host, 1)).isOne();
        }
        assertThat(limiter.acquire(address("2001:db8:0:1::ffff"), PER_CLIENT)).isEqualTo(Result.RESERVED);
        assertThat(limiter.acquire(address("2001:db8:0:2::1"), PER_CLIENT)).isEqualTo(Result.ADMITTED);
    }

    @Test
    void admitsAClientAgainWhenItsConnectionsHaveEnded() {
        take("192.0.2.1", 150);
        assertThat(limiter.acquire(address("192.0.2.1"), 200)).isEqualTo(Result.RESERVED);
        take("192.0.2.2", 5);
        for (int i = 0; i < 6; i++) {
            limiter.release(address("192.0.2.1"));
        }
        assertThat(limiter.acquire(address("192.0.2.1"), 200)).isEqualTo(Result.ADMITTED);
        assertThat(limiter.acquire(address("192.0.2.1"), 200)).isEqualTo(Result.RESERVED);
    }

    @Test
    void reservesNothingOfFewerThanFourConnections() {
        ConnectionLimiter small = ConnectionLimiter.withReserve(3);
        for (int i = 0; i < 3; i++) {
            assertThat(small.acquire(address("192.0.2.1"), PER_CLIENT)).isEqualTo(Result.ADMITTED);
        }
    }

    /// Connects until a connection is refused.
    ///
    /// @return number of connections
    private int take(String client, int max) {
        int taken = 0;
        while (taken < max && limiter.acquire(address(client), max) == Result.ADMITTED) {
            taken++;
        }
        return taken;
    }

    private static InetAddress address(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
