package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.o365relay.queue.QueueFixture.ANNA;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;

/// The clock is wrong for a while: a year ahead, or set back by two hours.
@Timeout(60)
class ClockJumpTest {

    private static final Duration YEAR = Duration.ofDays(365);

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        assertThat(house.inconsistencies()).isEmpty();
        house.close();
    }

    private Instant inAnHour() {
        return house.clock.instant().plus(Duration.ofHours(1));
    }

    private void defer(Claim claim) {
        house.queue().settle(claim, QueueFixture.deferred(claim, inAnHour()), List.of());
    }

    @Test
    void whatWasAcceptedAndDeferredAYearAheadDoesNotWaitForAYear() {
        house.clock.advance(YEAR);
        house.accept("accepted a year ahead", ANNA);
        house.accept("deferred a year ahead", ANNA);
        defer(house.claimOne());
        house.clock.advance(YEAR.negated());
        assertThat(house.claim(10)).as("not before the housekeeping").isEmpty();

        assertThat(house.queue().correctDueTimes(house.settings().longestWait()))
                .isEqualTo(2);

        assertThat(house.claim(10)).hasSize(2);
    }

    @Test
    void aStartMakesItDueAndAnInterruptedAttemptToo() {
        house.clock.advance(YEAR);
        QueueId interrupted = house.accept("being delivered", ANNA);
        house.accept("waiting", ANNA);
        assertThat(house.claimOne().id()).isEqualTo(interrupted);
        house.close();
        house.clock.advance(YEAR.negated());
        assertThat(house.claim(10)).hasSize(2);
    }

    @Test
    void whatIsOnHoldStaysOnHold() {
        house.accept("on hold", ANNA);
        house.execute("UPDATE message SET held_at = 1, due_at = 253402214400000");
        assertThat(house.queue().correctDueTimes(house.settings().longestWait()))
                .isZero();
        house.close();
        assertThat(house.claim(10)).isEmpty();
        assertThat(house.number("SELECT due_at FROM message")).isEqualTo(253402214400000L);
    }

    @Test
    void whatIsOnHoldAndDueAllTheSameHoldsUpNoStart() {
        for (int i = 0; i < 510; i++) {
            house.accept("on hold " + i, ANNA);
        }
        house.execute("UPDATE message SET held_at = 1, due_at = 253402214300000");
        house.close();
        assertTimeoutPreemptively(Duration.ofSeconds(20), house::queue);
        assertThat(house.claim(10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasAcceptedAnHourAheadAndNeverTriedDoesNotWait(boolean start) {
        house.accept("deferred before", ANNA);
        defer(house.claimOne());
        house.clock.advance(Duration.ofHours(1));
        house.accept("accepted an hour ahead", ANNA);
        house.accept("deferred an hour ahead", ANNA);
        assertThat(house.claim(1)).singleElement().satisfies(this::defer);
        house.clock.advance(Duration.ofHours(-1));
        if (start) {
            house.close();
        } else {
            assertThat(house.queue().correctDueTimes(house.settings().longestWait()))
                    .isEqualTo(2);
        }

        assertThat(house.claim(10))
                .as("who was deferred waits")
                .hasSize(2)
                .allSatisfy(claim -> assertThat(claim.attempts()).isEqualTo(1));
    }

    @Test
    void anAttemptThatWasInterruptedAnHourAheadIsDueAtOnce() {
        house.clock.advance(Duration.ofHours(1));
        house.accept("being delivered", ANNA);
        house.claimOne();
        house.close();
        house.clock.advance(Duration.ofHours(-1));
        assertThat(house.claim(10)).hasSize(1);
    }

    @Test
    void whatIsBeingDeliveredIsLeftAlone() {
        house.clock.advance(YEAR);
        house.accept("being delivered", ANNA);
        Claim claim = house.claimOne();
        house.clock.advance(YEAR.negated());
        assertThat(house.queue().correctDueTimes(house.settings().longestWait()))
                .isZero();
        assertThat(house.claim(1)).isEmpty();
        house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
        assertThat(house.number("SELECT count(*) FROM chunk")).isZero();
    }

    @Test
    void aYearAheadEverythingIsTriedOnceAndNotInAStorm() {
        for (int i = 0; i < 20; i++) {
            house.accept("message " + i, ANNA);
        }
        house.claim(20).forEach(this::defer);
        house.clock.advance(YEAR);
        List<Claim> claims = house.claim(100);
        assertThat(claims).hasSize(20);
        claims.forEach(this::defer);
        assertThat(house.claim(100)).as("each waits for its next time").isEmpty();
        house.clock.advance(YEAR.negated());
        house.queue().correctDueTimes(house.settings().longestWait());
        claims = house.claim(100);
        assertThat(claims).hasSize(20);
        claims.forEach(this::defer);
        assertThat(house.claim(100)).isEmpty();
        assertThat(house.queue().correctDueTimes(house.settings().longestWait()))
                .as("once is enough")
                .isZero();
    }

    @Test
    void setBackByTwoHoursNothingWaitsMoreThanThatLongerAndIdsGoOnGrowing() {
        QueueId before = house.accept("before", ANNA);
        defer(house.claimOne());
        house.clock.advance(Duration.ofHours(-2));
        QueueId after = house.accept("after", ANNA);
        house.close();
        QueueId afterAStart = house.accept("after a start", ANNA);
        assertThat(after).isGreaterThan(before);
        assertThat(afterAStart).isGreaterThan(after);
        assertThat(house.claim(10)).hasSize(2);
        house.clock.advance(Duration.ofHours(3));
        assertThat(house.claim(10)).hasSizeGreaterThanOrEqualTo(1);
    }

    @Test
    void idsOfAYearAheadAreForgottenByTheNextStart() {
        house.clock.advance(YEAR);
        QueueId ahead = house.accept("ahead", ANNA);
        house.clock.advance(YEAR.negated());
        assertThat(house.accept("grows in the same process", ANNA)).isGreaterThan(ahead);
        house.close();
        assertThat(house.accept("of its time", ANNA)).isLessThan(ahead);
        assertThat(house.claim(10)).hasSize(3);
    }

    @Test
    void historyIsForgottenEarlyButNoOpenMessage() {
        house.accept("delivered", ANNA);
        Claim claim = house.claimOne();
        house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
        house.accept("open", ANNA);
        house.clock.advance(YEAR);
        house.queue()
                .deleteHistoryBefore(
                        house.clock.instant().minus(house.settings().history()));
        house.clock.advance(YEAR.negated());
        assertThat(house.text(house.claimOne())).isEqualTo("open");
    }
}
