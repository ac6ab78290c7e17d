package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

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
import org.o365relay.queue.Claim;

/// The clock is wrong for a while: a year ahead, or set back by two hours.
@Timeout(60)
class ClockJumpTest {

    private static final Duration YEAR = Duration.ofDays(365);

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.close();
    }

    private Instant inAnHour() {
        return fixture.clock.instant().plus(Duration.ofHours(1));
    }

    private void defer(Claim claim) {
        fixture.queue().claims().settle(claim, QueueFixture.deferred(claim, inAnHour()), List.of(), List.of());
    }

    @Test
    void messagesFromAYearAheadAreDueAtOnce() {
        fixture.clock.advance(YEAR);
        fixture.accept("accepted a year ahead", ANNA);
        fixture.accept("deferred a year ahead", ANNA);
        defer(fixture.claimOne());
        fixture.clock.advance(YEAR.negated());
        assertThat(fixture.claim(10)).as("not before the housekeeping").isEmpty();

        assertThat(fixture.queue().housekeeper().correctDueTimes()).isEqualTo(2);

        assertThat(fixture.claim(10)).hasSize(2);
    }

    @Test
    void aStartMakesMessagesFromAYearAheadDue() {
        fixture.clock.advance(YEAR);
        QueueId interrupted = fixture.accept("being delivered", ANNA);
        fixture.accept("waiting", ANNA);
        assertThat(fixture.claimOne().id()).isEqualTo(interrupted);
        fixture.close();
        fixture.clock.advance(YEAR.negated());
        assertThat(fixture.claim(10)).hasSize(2);
    }

    @Test
    void messagesOnHoldStayOnHold() {
        fixture.accept("on hold", ANNA);
        fixture.execute("UPDATE message SET held_at = 1, due_at = 253402214400000");
        assertThat(fixture.queue().housekeeper().correctDueTimes()).isZero();
        fixture.close();
        assertThat(fixture.claim(10)).isEmpty();
        assertThat(fixture.number("SELECT due_at FROM message")).isEqualTo(253402214400000L);
    }

    @Test
    void aHeldMessageWithADueTimeDoesNotPreventTheStart() {
        for (int i = 0; i < 510; i++) {
            fixture.accept("on hold " + i, ANNA);
        }
        fixture.execute("UPDATE message SET held_at = 1, due_at = 253402214300000");
        fixture.close();
        assertTimeoutPreemptively(Duration.ofSeconds(20), fixture::queue);
        assertThat(fixture.claim(10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void unattemptedMessagesFromAnHourAheadAreDueAtOnce(boolean start) {
        fixture.accept("deferred before", ANNA);
        defer(fixture.claimOne());
        fixture.clock.advance(Duration.ofHours(1));
        fixture.accept("accepted an hour ahead", ANNA);
        fixture.accept("deferred an hour ahead", ANNA);
        assertThat(fixture.claim(1)).singleElement().satisfies(this::defer);
        fixture.clock.advance(Duration.ofHours(-1));
        if (start) {
            fixture.close();
        } else {
            assertThat(fixture.queue().housekeeper().correctDueTimes()).isEqualTo(2);
        }

        assertThat(fixture.claim(10))
                .as("a deferred message waits")
                .hasSize(2)
                .allSatisfy(claim -> assertThat(claim.attempts()).isEqualTo(1));
    }

    @Test
    void anAttemptInterruptedAnHourAheadIsDueAtOnce() {
        fixture.clock.advance(Duration.ofHours(1));
        fixture.accept("being delivered", ANNA);
        fixture.claimOne();
        fixture.close();
        fixture.clock.advance(Duration.ofHours(-1));
        assertThat(fixture.claim(10)).hasSize(1);
    }

    @Test
    void leavesMessagesBeingDeliveredUnchanged() {
        fixture.clock.advance(YEAR);
        fixture.accept("being delivered", ANNA);
        Claim claim = fixture.claimOne();
        fixture.clock.advance(YEAR.negated());
        assertThat(fixture.queue().housekeeper().correctDueTimes()).isZero();
        assertThat(fixture.claim(1)).isEmpty();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    @Test
    void attemptsEachMessageOnceIfTheClockIsAYearAhead() {
        for (int i = 0; i < 20; i++) {
            fixture.accept("message " + i, ANNA);
        }
        fixture.claim(20).forEach(this::defer);
        fixture.clock.advance(YEAR);
        List<Claim> claims = fixture.claim(100);
        assertThat(claims).hasSize(20);
        claims.forEach(this::defer);
        assertThat(fixture.claim(100)).as("each waits for its next time").isEmpty();
        fixture.clock.advance(YEAR.negated());
        fixture.queue().housekeeper().correctDueTimes();
        claims = fixture.claim(100);
        assertThat(claims).hasSize(20);
        claims.forEach(this::defer);
        assertThat(fixture.claim(100)).isEmpty();
        assertThat(fixture.queue().housekeeper().correctDueTimes())
                .as("already corrected")
                .isZero();
    }

    @Test
    void messagesWaitAtMostTwoHoursLongerIfTheClockIsSetBackByTwoHours() {
        QueueId before = fixture.accept("before", ANNA);
        defer(fixture.claimOne());
        fixture.clock.advance(Duration.ofHours(-2));
        QueueId after = fixture.accept("after", ANNA);
        fixture.close();
        QueueId afterAStart = fixture.accept("after a start", ANNA);
        assertThat(after).isGreaterThan(before);
        assertThat(afterAStart).isGreaterThan(after);
        assertThat(fixture.claim(10)).hasSize(2);
        fixture.clock.advance(Duration.ofHours(3));
        assertThat(fixture.claim(10)).hasSizeGreaterThanOrEqualTo(1);
    }

    @Test
    void newIdsDoNotContinueFromAYearAhead() {
        fixture.clock.advance(YEAR);
        QueueId ahead = fixture.accept("ahead", ANNA);
        fixture.clock.advance(YEAR.negated());
        assertThat(fixture.accept("grows in the same process", ANNA)).isGreaterThan(ahead);
        fixture.close();
        assertThat(fixture.accept("of its time", ANNA)).isLessThan(ahead);
        assertThat(fixture.claim(10)).hasSize(3);
    }

    @Test
    void deletesHistoryButNoOpenMessageIfTheClockIsAYearAhead() {
        fixture.accept("delivered", ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        fixture.accept("open", ANNA);
        fixture.clock.advance(YEAR);
        fixture.queue()
                .housekeeper()
                .deleteHistoryBefore(
                        fixture.clock.instant().minus(fixture.settings().history()));
        fixture.clock.advance(YEAR.negated());
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("open");
    }
}
