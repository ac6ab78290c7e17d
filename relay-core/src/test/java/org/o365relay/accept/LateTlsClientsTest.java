package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Which clients get the longer delay of the greeting, and for how long.
class LateTlsClientsTest {

    private static final InetAddress SCANNER = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("2001:db8::1");

    private Instant now = Instant.parse("2026-11-21T10:00:00Z");
    private final LateTlsClients late = new LateTlsClients(() -> now);

    @Test
    void delaysLongerOnlyAfterALateHandshake() {
        late.recordLateHandshake(SCANNER);
        late.recordTimelyHandshake(OTHER);
        assertThat(late.needsLongerDelay(SCANNER)).isTrue();
        assertThat(late.needsLongerDelay(OTHER)).isFalse();
    }

    @Test
    void removesAnAddressThatSendsPlainText() {
        late.recordLateHandshake(SCANNER);
        late.recordPlainText(OTHER);
        assertThat(late.needsLongerDelay(SCANNER)).isTrue();
        late.recordPlainText(SCANNER);
        assertThat(late.needsLongerDelay(SCANNER)).isFalse();
    }

    @Test
    void removesAnAddressAfterADay() {
        late.recordLateHandshake(SCANNER);
        now = now.plus(LateTlsClients.RETENTION).minusMillis(1);
        assertThat(late.needsLongerDelay(SCANNER)).isTrue();
        late.recordTimelyHandshake(SCANNER);
        now = now.plusMillis(1);
        assertThat(late.needsLongerDelay(SCANNER))
                .as("just after a timely handshake")
                .isTrue();
        now = now.plus(LateTlsClients.RETENTION);
        assertThat(late.needsLongerDelay(SCANNER)).isFalse();
    }

    @Test
    void removesTheLeastRecentlySeenAddress() throws Exception {
        late.recordLateHandshake(OTHER);
        late.recordLateHandshake(SCANNER);
        late.recordLateHandshake(OTHER);
        for (int i = 2; i < LateTlsClients.MAX_ADDRESSES; i++) {
            late.recordLateHandshake(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
        }
        assertThat(late.needsLongerDelay(SCANNER)).isTrue();
        late.recordLateHandshake(InetAddress.ofLiteral("10.9.9.9"));
        assertThat(late.needsLongerDelay(SCANNER)).isFalse();
        assertThat(late.needsLongerDelay(OTHER)).isTrue();
    }
}
