package org.o365relay.time;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// A clock for elapsed time. It starts at a given time, usually that of the system clock, and then advances
/// only with a monotonic counter. It does not change when the system clock is set, so waits, limits and ages
/// measured by it are right even if the system clock is wrong. Thread-safe.
///
/// Its times must be converted by [#toCalendar] before they are shown to users. They can be compared only with
/// times of the same clock, or of the clock from which it was [resumed][#resumed].
///
/// The counter does not advance while the machine is suspended, so waits end later by the duration of the
/// suspension.
public final class SteadyClock implements InstantSource {

    private final InstantSource calendar;
    private final LongSupplier nanoTime;
    private final Instant start;
    private final long startNanos;

    /// One moment on both clocks.
    public record Reading(Instant steady, Instant calendar) {

        /// @return how far the system clock is ahead of the steady clock; negative if it is behind
        public Duration offset() {
            return Duration.between(steady, calendar);
        }
    }

    /// Creates a clock that starts at the current time of the system clock.
    ///
    /// @param nanoTime a monotonic nanosecond counter with an arbitrary origin
    public SteadyClock(InstantSource calendar, LongSupplier nanoTime) {
        this(calendar.instant(), calendar, nanoTime);
    }

    private SteadyClock(Instant start, InstantSource calendar, LongSupplier nanoTime) {
        this.start = start;
        this.calendar = calendar;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    /// @return a clock that starts now, at the time of the system clock
    public static SteadyClock system() {
        return new SteadyClock(InstantSource.system(), System::nanoTime);
    }

    /// @return a clock that always shows the time of the system clock, for a program or a calculation that
    ///     takes only a moment
    public static SteadyClock following(InstantSource calendar) {
        return new SteadyClock(
                calendar,
                () -> Duration.between(Instant.EPOCH, calendar.instant()).toNanos());
    }

    /// Continues the clock of an earlier process. The time between the processes is known only from the
    /// system clock, which may have been set meanwhile. A negative time counts as zero, and a time longer
    /// than `longest` counts as `longest`.
    ///
    /// @param last last reading of the earlier clock
    /// @param longest longest time to count
    /// @return a clock that starts where the earlier clock stopped, plus the time between
    public SteadyClock resumed(Reading last, Duration longest) {
        Duration between = Duration.between(last.calendar(), calendar.instant());
        Duration counted = between.isNegative() ? Duration.ZERO : between;
        return new SteadyClock(
                last.steady().plus(counted.compareTo(longest) < 0 ? counted : longest), calendar, nanoTime);
    }

    @Override
    public Instant instant() {
        return start.plusNanos(nanoTime.getAsLong() - startNanos);
    }

    /// @return the system clock to which this clock converts
    public InstantSource calendar() {
        return calendar;
    }

    /// @return the current time on both clocks
    public Reading reading() {
        return new Reading(instant(), calendar.instant());
    }

    /// @param steady a time of this clock
    /// @return the same moment on the system clock, as that clock is set now
    public Instant toCalendar(Instant steady) {
        return steady.plus(reading().offset());
    }
}
