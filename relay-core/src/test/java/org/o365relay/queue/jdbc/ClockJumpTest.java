package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claim.Age;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock.Reading;

/// The system clock is set while messages wait, with the relay running or stopped. Time passes only where a
/// test lets it pass.
@Timeout(60)
class ClockJumpTest {

    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration HOUR = Duration.ofHours(1);

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

    static Stream<Arguments> jumps() {
        return (Effort.isLong()
                        ? Stream.of("PT2M", "PT-2M", "PT1H", "PT-1H", "P20D", "P-20D", "P-20000D", "P20000D")
                        : Stream.of("PT2M", "PT-1H", "P-20D", "P20000D"))
                .map(Duration::parse)
                .flatMap(jump -> Stream.of(Arguments.of(jump, false), Arguments.of(jump, true)));
    }

    /// Sets the clock.
    ///
    /// @param stopped whether this happens while the relay is stopped
    private void jump(Duration by, boolean stopped) {
        fixture.queue();
        if (stopped) {
            fixture.close();
        }
        fixture.clock.jump(by);
    }

    /// @return how far a restart advances the steady clock
    private static Duration counted(Duration jump, boolean stopped) {
        return stopped && jump.isPositive() ? jump : Duration.ZERO;
    }

    private void defer(Claim claim) {
        Instant next = fixture.queue().clock().instant().plus(HOUR);
        fixture.queue().claims().settle(claim, QueueFixture.deferred(claim, next), List.of(), List.of());
    }

    private void settle(Claim claim) {
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aNewMessageIsDueAtOnce(Duration jump, boolean stopped) {
        fixture.accept("before", ANNA);
        jump(jump, stopped);
        fixture.accept("after", ANNA);
        assertThat(fixture.claim(10)).hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aDeferredMessageWaitsAsLongAsPlanned(Duration jump, boolean stopped) {
        fixture.accept("deferred", ANNA);
        defer(fixture.claimOne());
        jump(jump, stopped);
        Duration left = HOUR.minus(counted(jump, stopped));
        if (left.isPositive()) {
            fixture.queue();
            fixture.clock.advance(left.minusSeconds(1));
            assertThat(fixture.claim(10)).isEmpty();
            fixture.clock.advance(Duration.ofSeconds(1));
        }
        assertThat(fixture.claim(10)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aMessageDeferredWhileTheClockIsWrongWaitsAsLongWhenItIsCorrected(Duration jump, boolean stopped) {
        jump(jump, false);
        fixture.accept("deferred", ANNA);
        defer(fixture.claimOne());
        jump(jump.negated(), stopped);
        fixture.queue();
        fixture.clock.advance(HOUR);
        assertThat(fixture.claim(10)).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aMessageIsAgedByNoMoreThanAnHour(Duration jump, boolean stopped) {
        fixture.accept("aging", ANNA);
        fixture.clock.advance(Duration.ofMinutes(5));
        jump(jump, stopped);
        Age age = fixture.claimOne().age();
        Duration counted =
                Duration.between(age.countedFrom(), fixture.queue().clock().instant());
        assertThat(counted.minusMinutes(5)).isBetween(Duration.ZERO, stopped ? HOUR : Duration.ZERO);
        assertThat(Duration.between(age.arrivedAt(), fixture.queue().clock().instant()))
                .isEqualTo(Duration.ofMinutes(5).plus(within70Days(counted(jump, stopped))));
    }

    private static Duration within70Days(Duration counted) {
        Duration longest = Duration.ofDays(70);
        return counted.compareTo(longest) < 0 ? counted : longest;
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aMessageBeingDeliveredIsLeasedForTwoHours(Duration jump, boolean stopped) {
        fixture.accept("being delivered", ANNA);
        Claim claim = fixture.claimOne();
        jump(jump, stopped);
        if (stopped) {
            assertThat(fixture.claim(10)).as("startup ends leases").hasSize(1);
            return;
        }
        fixture.clock.advance(Duration.ofMinutes(119));
        assertThat(fixture.claim(10)).isEmpty();
        settle(claim);
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void aDailyQuotaIsUsedForADay(Duration jump, boolean stopped) {
        fixture.accept("delivered", ANNA);
        settle(fixture.claimOne());
        jump(jump, stopped);
        Duration day = Duration.ofDays(1);
        if (counted(jump, stopped).compareTo(day) < 0) {
            assertThat(usageOfADay()).hasSize(1);
        }
        fixture.clock.advance(day.plus(UsageSlot.SLOT));
        assertThat(usageOfADay()).isEmpty();
    }

    private List<UsageSlot> usageOfADay() {
        JdbcQueue queue = fixture.queue();
        return queue.claims()
                .quotaUsage(QueueFixture.MAILBOX, queue.clock().instant().minus(Duration.ofDays(1)));
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void historyIsKeptForItsTime(Duration jump, boolean stopped) {
        fixture.accept("delivered", ANNA);
        settle(fixture.claimOne());
        jump(jump, stopped);
        JdbcQueue queue = fixture.queue();
        Duration retention = Duration.ofDays(71);
        fixture.clock.advance(Duration.ofHours(23));
        expire(queue, retention);
        assertThat(fixture.number("SELECT count(*) FROM message")).isEqualTo(1);
    }

    private void expire(JdbcQueue queue, Duration retention) {
        var now = queue.clock().reading();
        queue.housekeeper()
                .deleteHistoryBefore(new Reading(
                        now.steady().minus(retention), now.calendar().minus(retention)));
    }

    @ParameterizedTest
    @MethodSource("jumps")
    void theTimeOfTheNextAttemptIsShownOnTheCalendar(Duration jump, boolean stopped) {
        QueueId id = fixture.accept("deferred", ANNA);
        defer(fixture.claimOne());
        jump(jump, stopped);
        if (stopped && !jump.isNegative()) {
            return; // due since, or known only at startup
        }
        Instant inAnHour = fixture.clock.instant().plus(HOUR);
        assertThat(fixture.queue().reader().show(id).orElseThrow().entry().dueAt())
                .isEqualTo(inAnHour);
        assertThat(fixture.queue().reader().summary().nextDue()).isEqualTo(inAnHour);
    }

    @Test
    void aStoppedQueueShowsTheTimesOfItsLastReading() throws QueueUnavailableException {
        fixture.clock.jump(YEAR);
        fixture.queue();
        fixture.clock.jump(YEAR.negated());
        QueueId id = fixture.accept("deferred", ANNA);
        defer(fixture.claimOne());
        fixture.close();
        assertThat(new ReadOnlyQueue(fixture.directory, fixture.clock)
                        .reader()
                        .show(id)
                        .orElseThrow()
                        .entry()
                        .dueAt())
                .isEqualTo(fixture.clock.instant().plus(HOUR));
    }

    @Test
    void messagesOnHoldStayOnHold() {
        fixture.accept("on hold", ANNA);
        fixture.execute("UPDATE message SET held_at = 1, due_at = 253402214400000");
        assertThat(fixture.<Integer>write(
                        statements -> fixture.queue().housekeeper().correctDueTimes(statements)))
                .isZero();
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

    @Test
    void attemptsEachMessageOnceHoweverTheClockIsSet() {
        for (int i = 0; i < 20; i++) {
            fixture.accept("message " + i, ANNA);
        }
        fixture.claim(20).forEach(this::defer);
        fixture.clock.jump(YEAR);
        assertThat(fixture.claim(100)).as("each waits for its next time").isEmpty();
        fixture.clock.advance(HOUR);
        List<Claim> claims = fixture.claim(100);
        assertThat(claims).hasSize(20);
        claims.forEach(this::defer);
        fixture.clock.jump(YEAR.negated());
        assertThat(fixture.claim(100)).isEmpty();
        fixture.clock.advance(HOUR);
        assertThat(fixture.claim(100)).hasSize(20);
    }

    @Test
    void newIdsDoNotContinueFromAYearAhead() {
        fixture.clock.jump(YEAR);
        QueueId ahead = fixture.accept("ahead", ANNA);
        fixture.clock.jump(YEAR.negated());
        assertThat(fixture.accept("grows in the same process", ANNA)).isGreaterThan(ahead);
        fixture.close();
        assertThat(fixture.accept("of its time", ANNA)).isLessThan(ahead);
        assertThat(fixture.claim(10)).hasSize(3);
    }

    @Test
    void newIdsContinueIfTheClockIsSetBackByTwoHours() {
        QueueId before = fixture.accept("before", ANNA);
        fixture.clock.jump(Duration.ofHours(-2));
        QueueId after = fixture.accept("after", ANNA);
        fixture.close();
        assertThat(after).isGreaterThan(before);
        assertThat(fixture.accept("after a start", ANNA)).isGreaterThan(after);
    }

    /// The process is killed: the last reading is that of its startup, and everything stored since is in the
    /// future if the clock was set back.
    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P-20D", "P-20000D"})
    void aKilledRelayWaitsAtMostAsLongAgain(Duration jump) {
        fixture.queue();
        fixture.clock.advance(Duration.ofMinutes(4));
        fixture.accept("new", ANNA);
        fixture.accept("deferred", ANNA);
        defer(fixture.claimOne());
        long steady = fixture.number("SELECT steady FROM clock");
        long calendar = fixture.number("SELECT calendar FROM clock");
        fixture.close();
        fixture.execute("UPDATE clock SET steady = " + steady + ", calendar = " + calendar);
        fixture.clock.jump(jump);
        fixture.queue();
        fixture.clock.advance(Duration.ofMinutes(4));
        assertThat(fixture.claim(10)).hasSize(1);
        fixture.clock.advance(HOUR);
        assertThat(fixture.claim(10)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"steady = 'garbage'", "steady = -1", "calendar = 9223372036854775807", "downtime = 1e300"})
    void startsWithADamagedReading(String damage) {
        fixture.accept("new", ANNA);
        fixture.close();
        fixture.execute("UPDATE clock SET " + damage);
        assertThat(fixture.claimOne().age().downtime()).isZero();
        assertThat(fixture.queue().clock().instant()).isEqualTo(fixture.clock.instant());
    }

    @Test
    void aLostReadingMakesMessagesDueThatWouldWaitTooLong() throws QueueUnavailableException {
        QueueSettings settings = fixture.settings().withLongestWait(Duration.ofDays(2));
        fixture.clock.jump(YEAR);
        fixture.accept("accepted a year ahead", ANNA);
        fixture.accept("deferred a year ahead", ANNA);
        defer(fixture.claimOne());
        fixture.close();
        fixture.clock.jump(YEAR.negated());
        fixture.execute("DELETE FROM clock");
        try (JdbcQueue queue = SqliteQueue.open(settings, fixture.clock.steady(), new Random(1))) {
            List<Claim> claims = queue.claims().claim(QueueFixture.SCOPE, 10);
            assertThat(claims).hasSize(2);
            assertThat(claims)
                    .allSatisfy(claim -> assertThat(claim.age().countedFrom())
                            .isBeforeOrEqualTo(queue.clock().instant()));
        }
    }
}
