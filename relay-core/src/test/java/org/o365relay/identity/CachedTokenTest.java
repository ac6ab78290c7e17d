package org.o365relay.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.o365relay.ManualClock;
import org.o365relay.mail.Secret;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedTokenTest {

    private final ManualClock clock = new ManualClock("2027-01-20T08:00:00Z");
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /// Reads the stored login until it may end.
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
