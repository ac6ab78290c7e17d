package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;
import org.o365relay.mail.Secret;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedTokenTest {

    private final ManualClock clock = new ManualClock("2027-01-20T08:00:00Z");
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /// Reads the stored login until the test lets it finish.
    private final class SlowLogin implements TokenFlow {
        @Override
        public AccessToken fetch(boolean forceRefresh) {
            return new AccessToken(new Secret("token"), clock.instant().plus(Duration.ofHours(1)));
        }

        @Override
        public boolean isKeepAliveDue(Instant now) {
            reading.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return false;
        }
    }

    /// As with a managed identity, the clock of another machine determines the expiry of the token.
    ///
    /// @param ahead how far the clock of this machine is ahead
    /// @param first when the token is renewed
    @ParameterizedTest
    @CsvSource({
        "PT0S,     PT55M",
        "-PT2M,    PT57M",
        "PT30M,    PT25M",
        "PT1H,     PT3M45S",
        "P20D,     PT3M45S",
        "-P20D,    PT27H55M",
        "-P20000D, PT27H55M"
    })
    void renewsATokenInTimeIfTheClockIsWrong(Duration ahead, Duration first) throws Exception {
        AtomicInteger issued = new AtomicInteger();
        TokenFlow flow = _ -> new AccessToken(
                new Secret("token-" + issued.incrementAndGet()),
                clock.instant().minus(ahead).plus(Duration.ofHours(1)));
        CachedToken token = new CachedToken(flow, clock.steady());
        token.token();
        clock.advance(first.minusSeconds(1));
        token.token();
        assertThat(issued).hasValue(1);
        clock.advance(Duration.ofSeconds(1));
        token.token();
        assertThat(issued).hasValue(2);
    }

    @Test
    void doesNotRenewAnExpiredTokenThatIsNotRequested() throws Exception {
        AtomicInteger unrenewed = new AtomicInteger();
        TokenFlow flow = new TokenFlow() {
            @Override
            public AccessToken fetch(boolean forceRefresh) {
                return new AccessToken(new Secret("token"), clock.instant().plus(Duration.ofHours(1)));
            }

            @Override
            public boolean isKeepAliveDue(Instant now) { // called unless a renewal has begun
                unrenewed.incrementAndGet();
                return false;
            }
        };
        CachedToken token = new CachedToken(flow, clock.steady());
        AccessToken first = token.token();
        token.token();
        clock.advance(Duration.ofHours(1));
        token.renew();
        assertThat(unrenewed).hasValue(1);
        assertThat(token.token().expiresAt()).isAfter(first.expiresAt());
    }

    @Test
    void returnsTheTokenWhileTheStoredLoginIsRead() throws Exception {
        CachedToken token = new CachedToken(new SlowLogin(), clock.steady());
        AccessToken first = token.token();
        Thread renewal = Thread.startVirtualThread(token::renew);
        reading.await();
        assertThat(token.token()).isEqualTo(first);
        assertThat(renewal.isAlive()).isTrue();
        mayEnd.countDown();
        renewal.join();
    }
}
