package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a deferred message is tried again: 1, 2, 5, 10, 20, 30 and then every 60 times the first delay, each
/// with up to 10% added at random so that what was deferred together does not come back together.
///
/// @param firstDelay after the first attempt; the others follow from it
/// @param expireAfter a message older than this that is deferred again has failed, if it has been through all
///     the delays once: one that waited that long because the mailbox was paused or the relay was off still
///     gets them
public record RetrySchedule(Duration firstDelay, Duration expireAfter) {

    private static final List<Integer> FACTORS = List.of(1, 2, 5, 10, 20, 30, 60);
    private static final double JITTER = 0.1;
    private static final Duration DAY = Duration.ofDays(1);

    /// @param attempts how many attempts there were, at least 1
    /// @return when to try again; empty if it is time to give up
    public Optional<Instant> next(int attempts, Instant receivedAt, Instant now, RandomGenerator random) {
        if (attempts >= FACTORS.size() && isExpired(receivedAt, now)) {
            return Optional.empty();
        }
        return Optional.of(nextRegardlessOfAge(attempts, now, random));
    }

    /// @return when to try again, if it is not given up whatever its age
    Instant nextRegardlessOfAge(int attempts, Instant now, RandomGenerator random) {
        int factor = FACTORS.get(Math.min(attempts, FACTORS.size()) - 1);
        Duration delay = firstDelay.multipliedBy(factor);
        long jitter = (long) (delay.toMillis() * JITTER * random.nextDouble());
        return now.plus(delay).plusMillis(jitter);
    }

    /// @return until when a message is tried at least: one that is too old gets all the delays once
    Instant expiresAt(Instant receivedAt, Instant now) {
        int all = FACTORS.stream()
                .limit(FACTORS.size() - 1L)
                .mapToInt(Integer::intValue)
                .sum();
        Instant usual = receivedAt.plus(expireAfter);
        Instant soonest = now.plus(firstDelay.multipliedBy(all));
        return usual.isAfter(soonest) ? usual : soonest;
    }

    /// @return the longest time that any message has to wait for its next attempt, with a day to spare: after an
    /// attempt,
    ///     or, if that is longer, until an account's recipients of the last 24 hours are fewer again
    public Duration maxWait() {
        Duration delay = firstDelay.multipliedBy(FACTORS.getLast());
        Duration longest = delay.plusMillis((long) (delay.toMillis() * JITTER));
        return (longest.compareTo(DAY) > 0 ? longest : DAY).plus(DAY);
    }

    /// @return whether a message would be given up if it has had its chances
    boolean isExpired(Instant receivedAt, Instant now) {
        return !now.isBefore(receivedAt.plus(expireAfter));
    }
}
