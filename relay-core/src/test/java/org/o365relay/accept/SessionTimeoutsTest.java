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

    private final SessionTimeouts patience = new SessionTimeouts(
            new SessionLimits(2_048, 100, 100, 100, Duration.ofMinutes(5), Duration.ofSeconds(90), 100));

    @BeforeEach
    void begin() {
        patience.received(BEGIN, 0);
    }

    @Test
    void findsAClientSilentAfterTheIdleTimeAndNotBefore() {
        assertThat(patience.timeout(after(299))).isEqualTo(Timeout.NONE);
        assertThat(patience.timeout(after(300))).isEqualTo(Timeout.IDLE);
    }

    @Test
    void hearsNoExcuseInOctetsThatDoNotEndTheLine() {
        patience.lineStarted(after(10));
        for (int second = 11; second < 100; second++) {
            patience.received(after(second), 1);
            patience.lineStarted(after(second));
            assertThat(patience.timeout(after(second))).isEqualTo(Timeout.NONE);
        }
        assertThat(patience.timeout(after(100))).isEqualTo(Timeout.COMMAND);
    }

    @Test
    void measuresEveryLineByItself() {
        patience.lineStarted(after(10));
        patience.lineEnded();
        patience.lineStarted(after(60));
        assertThat(patience.timeout(after(149))).isEqualTo(Timeout.NONE);
        assertThat(patience.timeout(after(150))).isEqualTo(Timeout.COMMAND);
    }

    @Test
    void givesContentAMinuteMoreThanItsRateNeeds() {
        patience.contentBegins(after(0));
        patience.received(after(1), 6_000);
        assertThat(patience.timeout(after(119))).isEqualTo(Timeout.NONE);
        assertThat(patience.timeout(after(120))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void letsWhoWasFastPauseForAsLongAsAnybodyMayBeSilent() {
        patience.contentBegins(after(0));
        patience.received(after(1), 50_000_000);
        assertThat(patience.timeout(after(300))).isEqualTo(Timeout.NONE);
        patience.received(after(300), 10); // so that it is not silent
        assertThat(patience.timeout(after(302))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void doesNotCountTheTimeTheRelayTook() {
        patience.contentBegins(after(0));
        patience.received(after(1), 6_000);
        patience.resumed(after(2), after(1_000));
        assertThat(patience.timeout(after(1_117))).isEqualTo(Timeout.NONE);
        assertThat(patience.untilNextCheck(after(1_117))).isEqualTo(SECOND);
        assertThat(patience.timeout(after(1_118))).isEqualTo(Timeout.CONTENT);
    }

    @Test
    void isLookedAtWhenALimitIsReached() {
        assertThat(patience.untilNextCheck(after(0))).isEqualTo(60 * SECOND);
        patience.lineStarted(after(20));
        assertThat(patience.untilNextCheck(after(60))).isEqualTo(50 * SECOND);
        patience.lineEnded();
        patience.received(after(61), 10);
        assertThat(patience.untilNextCheck(after(110))).isEqualTo(60 * SECOND);
        assertThat(patience.untilNextCheck(after(350))).isEqualTo(11 * SECOND);
    }

    private static long after(int seconds) {
        return BEGIN + seconds * SECOND;
    }
}
