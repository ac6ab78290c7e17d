package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.o365relay.accept.SessionTimeouts.Verdict;

class SessionTimeoutsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long BEGIN = Long.MAX_VALUE - 5 * SECOND; // a clock's nanoseconds may overflow

    private final SessionTimeouts patience = new SessionTimeouts(
            new SessionLimits(2_048, 100, 100, 100, Duration.ofMinutes(5), Duration.ofSeconds(90), 100));

    @BeforeEach
    void begin() {
        patience.heard(BEGIN, 0);
    }

    @Test
    void findsAClientSilentAfterTheIdleTimeAndNotBefore() {
        assertThat(patience.verdict(after(299))).isEqualTo(Verdict.FINE);
        assertThat(patience.verdict(after(300))).isEqualTo(Verdict.SILENT);
    }

    @Test
    void hearsNoExcuseInOctetsThatDoNotEndTheLine() {
        patience.lineOpen(after(10));
        for (int second = 11; second < 100; second++) {
            patience.heard(after(second), 1);
            patience.lineOpen(after(second));
            assertThat(patience.verdict(after(second))).isEqualTo(Verdict.FINE);
        }
        assertThat(patience.verdict(after(100))).isEqualTo(Verdict.SLOW_COMMAND);
    }

    @Test
    void measuresEveryLineByItself() {
        patience.lineOpen(after(10));
        patience.lineEnded();
        patience.lineOpen(after(60));
        assertThat(patience.verdict(after(149))).isEqualTo(Verdict.FINE);
        assertThat(patience.verdict(after(150))).isEqualTo(Verdict.SLOW_COMMAND);
    }

    @Test
    void givesContentAMinuteMoreThanItsRateNeeds() {
        patience.contentBegins(after(0));
        patience.heard(after(1), 6_000);
        assertThat(patience.verdict(after(119))).isEqualTo(Verdict.FINE);
        assertThat(patience.verdict(after(120))).isEqualTo(Verdict.SLOW_CONTENT);
    }

    @Test
    void letsWhoWasFastPauseForAsLongAsAnybodyMayBeSilent() {
        patience.contentBegins(after(0));
        patience.heard(after(1), 50_000_000);
        assertThat(patience.verdict(after(300))).isEqualTo(Verdict.FINE);
        patience.heard(after(300), 10); // so that it is not silent
        assertThat(patience.verdict(after(302))).isEqualTo(Verdict.SLOW_CONTENT);
    }

    @Test
    void doesNotCountTheTimeTheRelayTook() {
        patience.contentBegins(after(0));
        patience.heard(after(1), 6_000);
        patience.waited(after(2), after(1_000));
        assertThat(patience.verdict(after(1_117))).isEqualTo(Verdict.FINE);
        assertThat(patience.untilNext(after(1_117))).isEqualTo(SECOND);
        assertThat(patience.verdict(after(1_118))).isEqualTo(Verdict.SLOW_CONTENT);
    }

    @Test
    void isLookedAtWhenALimitIsReached() {
        assertThat(patience.untilNext(after(0))).isEqualTo(60 * SECOND);
        patience.lineOpen(after(20));
        assertThat(patience.untilNext(after(60))).isEqualTo(50 * SECOND);
        patience.lineEnded();
        patience.heard(after(61), 10);
        assertThat(patience.untilNext(after(110))).isEqualTo(60 * SECOND);
        assertThat(patience.untilNext(after(350))).isEqualTo(11 * SECOND);
    }

    private static long after(int seconds) {
        return BEGIN + seconds * SECOND;
    }
}
