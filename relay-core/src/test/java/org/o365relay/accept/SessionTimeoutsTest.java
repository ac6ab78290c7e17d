package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.SessionTimeouts.Timeout;
import org.o365relay.accept.session.SessionLimits;

class SessionTimeoutsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long BEGIN = Long.MAX_VALUE - 5 * SECOND; // a clock's nanoseconds may overflow

    private final SessionTimeouts timeouts = new SessionTimeouts(
            new SessionLimits(2_048, 100, 100, 100, Duration.ofMinutes(5), Duration.ofSeconds(90), 100));

    @BeforeEach
    void begin() {
        timeouts.received(BEGIN, 0);
    }

    @Test
    void reportsIdleOnlyAfterTheIdleTimeout() {
        assertThat(timeouts.timeout(after(299))).isEqualTo(Timeout.NONE);
        assertThat(timeouts.timeout(after(300))).isEqualTo(Timeout.IDLE);
    }

    @Test
    void appliesTheCommandTimeoutHoweverManyOctetsArrive() {
        timeouts.lineStarted(after(10));
        for (int second = 11; second < 100; second++) {
            timeouts.received(after(second), 1);
            timeouts.lineStarted(after(second));
            assertThat(timeouts.timeout(after(second))).isEqualTo(Timeout.NONE);
        }
        assertThat(timeouts.timeout(after(100))).isEqualTo(Timeout.COMMAND);
    }

    @Test
    void appliesTheCommandTimeoutToEachLineSeparately() {
        timeouts.lineStarted(after(10));
        timeouts.lineEnded();
        timeouts.lineStarted(after(60));
        assertThat(timeouts.timeout(after(149))).isEqualTo(Timeout.NONE);
        assertThat(timeouts.timeout(after(150))).isEqualTo(Timeout.COMMAND);
    }

    @Test
    void allowsContentAMinuteMoreThanItsRateRequires() {
        timeouts.contentBegins(after(0));
        timeouts.received(after(1), 6_000);
        assertThat(timeouts.timeout(after(119))).isEqualTo(Timeout.NONE);
        assertThat(timeouts.timeout(after(120))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void allowsFastContentToPauseForTheIdleTimeout() {
        timeouts.contentBegins(after(0));
        timeouts.received(after(1), 50_000_000);
        assertThat(timeouts.timeout(after(300))).isEqualTo(Timeout.NONE);
        timeouts.received(after(300), 10); // so that the client is not idle
        assertThat(timeouts.timeout(after(302))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void doesNotCountTheTimeTheClientWaitedForTheRelay() {
        timeouts.contentBegins(after(0));
        timeouts.received(after(1), 6_000);
        timeouts.resumed(after(2), after(1_000));
        assertThat(timeouts.timeout(after(1_117))).isEqualTo(Timeout.NONE);
        assertThat(timeouts.untilNextCheck(after(1_117))).isEqualTo(SECOND);
        assertThat(timeouts.timeout(after(1_118))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void schedulesACheckForWhenATimeoutIsReached() {
        assertThat(timeouts.untilNextCheck(after(0))).isEqualTo(60 * SECOND);
        timeouts.lineStarted(after(20));
        assertThat(timeouts.untilNextCheck(after(60))).isEqualTo(50 * SECOND);
        timeouts.lineEnded();
        timeouts.received(after(61), 10);
        assertThat(timeouts.untilNextCheck(after(110))).isEqualTo(60 * SECOND);
        assertThat(timeouts.untilNextCheck(after(350))).isEqualTo(11 * SECOND);
    }

    private static long after(int seconds) {
        return BEGIN + seconds * SECOND;
    }
}
