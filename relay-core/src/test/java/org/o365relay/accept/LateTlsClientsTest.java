package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Whom the greeting waits for longer, and for how long that is remembered.
class LateTlsClientsTest {

    private static final InetAddress SCANNER = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER = InetAddress.ofLiteral("2001:db8::1");

    private Instant now = Instant.parse("2026-11-21T10:00:00Z");
    private final LateTlsClients late = new LateTlsClients(() -> now);

    @Test
    void expectsOnlyTheAddressThatCameTooLate() {
        late.cameTooLate(SCANNER);
        late.cameInTime(OTHER);
        assertThat(late.isExpectedFrom(SCANNER)).isTrue();
        assertThat(late.isExpectedFrom(OTHER)).isFalse();
    }

    @Test
    void forgetsAnAddressThatSpeaksPlainText() {
        late.cameTooLate(SCANNER);
        late.spokePlainText(OTHER);
        assertThat(late.isExpectedFrom(SCANNER)).isTrue();
        late.spokePlainText(SCANNER);
        assertThat(late.isExpectedFrom(SCANNER)).isFalse();
    }

    @Test
    void forgetsAnAddressThatIsNotHeardForADay() {
        late.cameTooLate(SCANNER);
        now = now.plus(LateTlsClients.MEMORY).minusMillis(1);
        assertThat(late.isExpectedFrom(SCANNER)).isTrue();
        late.cameInTime(SCANNER);
        now = now.plusMillis(1);
        assertThat(late.isExpectedFrom(SCANNER)).as("heard a moment ago").isTrue();
        now = now.plus(LateTlsClients.MEMORY);
        assertThat(late.isExpectedFrom(SCANNER)).isFalse();
    }

    @Test
    void forgetsTheAddressHeardLongestAgoWhenThereAreTooMany() throws Exception {
        late.cameTooLate(OTHER);
        late.cameTooLate(SCANNER);
        late.cameTooLate(OTHER);
        for (int i = 2; i < LateTlsClients.MOST_ADDRESSES; i++) {
            late.cameTooLate(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
        }
        assertThat(late.isExpectedFrom(SCANNER)).isTrue();
        late.cameTooLate(InetAddress.ofLiteral("10.9.9.9"));
        assertThat(late.isExpectedFrom(SCANNER)).isFalse();
        assertThat(late.isExpectedFrom(OTHER)).isTrue();
    }
}
