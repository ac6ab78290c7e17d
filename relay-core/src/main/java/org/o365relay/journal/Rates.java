package org.o365relay.journal;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.time.RollingCount;

/// Counts accepted messages, rejections, and recipients by outcome, for up to 24 hours. Recording an event
/// never blocks for long and allocates little memory, because some events are recorded after the final dot of a
/// message and before its 250 reply.
///
/// [#saved] and [#restore] keep the counts across a restart, in periods of ten minutes.
public final class Rates implements Journal {

    private final Count accepted;
    private final Count rejected;
    private final Count delivered;
    private final Count deferred;
    private final Count failed;

    public Rates(InstantSource clock) {
        this.accepted = new Count(clock);
        this.rejected = new Count(clock);
        this.delivered = new Count(clock);
        this.deferred = new Count(clock);
        this.failed = new Count(clock);
    }

    /// Number of recorded events by kind, and by the ten minutes in which they were recorded (the number of
    /// ten-minute periods since 1970).
    private record Saved(@Nullable Map<String, Map<Long, Integer>> counts) {

        Map<Long, Integer> of(String kind) {
            Map<Long, Integer> saved = counts == null ? null : counts.get(kind);
            return saved == null ? Map.of() : saved;
        }
    }

    private Map<String, Count> counts() {
        return Map.of(
                "accepted",
                accepted,
                "rejected",
                rejected,
                "delivered",
                delivered,
                "deferred",
                deferred,
                "failed",
                failed);
    }

    /// @return the counts of the last 24 hours as text, a few kilobytes at most
    public String saved() {
        Map<String, Map<Long, Integer>> saved = new HashMap<>();
        counts().forEach((kind, count) -> saved.put(kind, count.periods()));
        return Json.text(new Saved(saved));
    }

    /// Adds counts that were saved before a restart. Ignores text that was not written by [#saved].
    public void restore(String text) {
        Json.read(text, Saved.class)
                .ifPresent(saved -> counts().forEach((kind, count) -> count.addPeriods(saved.of(kind))));
    }

    /// The number of events in sliding windows. Each window includes the current, incomplete second or minute.
    ///
    /// @param lastMinute number of events in the last 60 seconds
    /// @param lastHour number of events in the last 60 minutes
    /// @param lastDay number of events in the last 1440 minutes
    public record Rate(long lastMinute, long lastHour, long lastDay) {}

    /// @return rate of messages committed to the queue
    public Rate accepted() {
        return accepted.rate();
    }

    /// @return rate of rejected connections, commands and messages, including those that were rejected because
    ///     the device exceeded a limit
    public Rate rejected() {
        return rejected.rate();
    }

    /// @return rate of delivered recipients
    public Rate delivered() {
        return delivered.rate();
    }

    /// @return rate of deferred recipients, except those of attempts that are not counted, for example
    ///     because the upstream was at fault
    public Rate deferred() {
        return deferred.rate();
    }

    /// @return rate of recipients to whom delivery failed permanently
    public Rate failed() {
        return failed.rate();
    }

    @Override
    public void record(Event event) {
        switch (event) {
            case Event.Accepted _ -> accepted.add(1);
            case Event.Rejected _, Event.LimitExceeded _ -> rejected.add(1);
            case Event.MoreRejected more -> rejected.add(more.count());
            case Event.Delivered _ -> delivered.add(1);
            case Event.Deferred _ -> deferred.add(1);
            case Event.Failed _ -> failed.add(1);
            default -> {} // all other events are not counted
        }
    }

    /// Counts one kind of event.
    private static final class Count {

        private static final int HOUR = 60;
        private static final int DAY = 24 * HOUR;
        private static final int PERIOD = 10; // minutes

        private final InstantSource clock;
        private final RollingCount seconds;
        private final RollingCount minutes;

        Count(InstantSource clock) {
            this.clock = clock;
            this.seconds = new RollingCount(1000, 60, clock.millis());
            this.minutes = new RollingCount(60_000, DAY, clock.millis());
        }

        synchronized void add(int events) {
            moveToNow();
            seconds.add(events);
            minutes.add(events);
        }

        synchronized Rate rate() {
            moveToNow();
            return new Rate(seconds.sum(60), minutes.sum(HOUR), minutes.sum(DAY));
        }

        synchronized Map<Long, Integer> periods() {
            moveToNow();
            Map<Long, Integer> periods = new TreeMap<>();
            minutes.slots().forEach(slot -> periods.merge(slot.number() / PERIOD, slot.count(), Integer::sum));
            return periods;
        }

        /// Adds the events at the end of their period, or now if it has not ended.
        synchronized void addPeriods(Map<Long, Integer> periods) {
            moveToNow();
            periods.forEach((period, events) -> minutes.add(period * PERIOD + PERIOD - 1, events));
        }

        /// Advances the windows to the current time.
        private void moveToNow() {
            long now = clock.millis();
            seconds.moveTo(now);
            minutes.moveTo(now);
        }
    }
}
