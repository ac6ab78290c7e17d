package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.o365relay.queue.Claim.Age;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;

/// Stores the reading from which the steady clock continues after a restart. Each method runs in the caller's
/// transaction.
public final class ClockTable {

    /// Longest time without a running relay that counts as age of the messages: the system clock, from which
    /// this time is known, may be wrong, and messages must not expire because of that.
    static final Duration MAX_AGING = Duration.ofHours(1);

    private ClockTable() {}

    /// A stored reading.
    ///
    /// @param downtime total time without a running relay that does not count as age of the messages
    record Stored(Reading last, Duration downtime) {}

    /// A clock that continues the stored one.
    ///
    /// @param downtime as in [Stored], including the time before this startup
    record Resumed(SteadyClock clock, Duration downtime) {

        /// Stores a reading of the clock and the downtime.
        void save(Statements statements) throws SQLException {
            ClockTable.save(statements, clock.reading(), downtime);
        }
    }

    /// Continues the stored clock. Writes nothing.
    ///
    /// @param fresh a clock of this process
    /// @param longest maximum by which the clock advances for the time in which no relay was running
    static Resumed resume(Statements statements, SteadyClock fresh, Duration longest) throws SQLException {
        Optional<Stored> stored = stored(statements);
        if (stored.isEmpty()) {
            return new Resumed(fresh, Duration.ZERO);
        }
        Reading last = stored.get().last();
        SteadyClock resumed = fresh.resumed(last, longest);
        Duration stopped = Duration.between(last.steady(), resumed.instant());
        Duration excess = stopped.minus(MAX_AGING);
        return new Resumed(resumed, stored.get().downtime().plus(excess.isPositive() ? excess : Duration.ZERO));
    }

    /// @return a clock that is as far behind the system clock as at the last stored reading, but not earlier
    ///     than that reading; `calendar` if none is stored
    public static SteadyClock last(Statements statements, SteadyClock calendar) throws SQLException {
        return stored(statements)
                .map(stored -> calendar.resumed(stored.last(), Duration.ofSeconds(Long.MAX_VALUE)))
                .orElse(calendar);
    }

    /// @param row a row with the columns `arrived_at` and `idle`; values below 0 or above
    ///     [ClaimTables#NEVER] are clamped
    static Age age(ResultSet row) throws SQLException {
        return new Age(
                Instant.ofEpochMilli(clamped(row.getLong("arrived_at"))),
                Duration.ofMillis(clamped(row.getLong("idle"))));
    }

    /// Stores a reading of the clock, and keeps the stored downtime.
    static void save(Statements statements, Reading reading) throws SQLException {
        save(statements, reading, stored(statements).map(Stored::downtime).orElse(Duration.ZERO));
    }

    private static void save(Statements statements, Reading reading, Duration downtime) throws SQLException {
        statements.update(
                "save-clock",
                reading.steady().toEpochMilli(),
                reading.calendar().toEpochMilli(),
                downtime.toMillis());
    }

    /// @return the stored reading; empty if there is none, or if a value in it is damaged
    private static Optional<Stored> stored(Statements statements) throws SQLException {
        return statements.first("clock", ClockTable::stored).flatMap(Function.identity());
    }

    private static Optional<Stored> stored(ResultSet row) throws SQLException {
        for (int column = 1; column <= 3; column++) {
            boolean isNumber = row.getObject(column) instanceof Long || row.getObject(column) instanceof Integer;
            if (!isNumber || row.getLong(column) != clamped(row.getLong(column))) {
                return Optional.empty();
            }
        }
        return Optional.of(new Stored(
                new Reading(Instant.ofEpochMilli(row.getLong(1)), Instant.ofEpochMilli(row.getLong(2))),
                Duration.ofMillis(row.getLong(3))));
    }

    private static long clamped(long millis) {
        return Math.clamp(millis, 0, ClaimTables.NEVER);
    }
}
