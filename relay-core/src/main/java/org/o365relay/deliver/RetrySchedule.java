package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Schedule of the retries of a deferred message. The delays are 1, 2, 5, 10, 20, 30 and then always 60 times
/// the first delay, each with up to 10% added at random, so that messages deferred together are not retried
/// together.
///
/// @param firstDelay delay after the first attempt; the other delays are multiples of it
/// @param expireAfter age after which a message expires when it is deferred again, but not before its seventh
///     attempt; so even a message that waited because the mailbox was blocked or the relay was stopped is
///     retried
public record RetrySchedule(Duration firstDelay, Duration expireAfter) {

    private static final List<Integer> FACTORS = List.of(1, 2, 5, 10, 20, 30, 60);
    private static final List<Integer> REPEAT_FACTORS = List.of(1, 5, 30);
    private static final double JITTER = 0.1;
    private static final Duration DAY = Duration.ofDays(1);

    /// @param attempts number of attempts made so far, 1 or more
    /// @param countedFrom the time from which the age of the message is counted
    /// @return time of the next attempt; empty if the message expires now
    public Optional<Instant> next(int attempts, Instant countedFrom, Instant now, RandomGenerator random) {
        if (attempts >= FACTORS.size() && isExpired(countedFrom, now)) {
            return Optional.empty();
        }
        return Optional.of(nextRegardlessOfAge(attempts, now, random));
    }

    /// @return time of the next attempt, whatever the message's age
    Instant nextRegardlessOfAge(int attempts, Instant now, RandomGenerator random) {
        return after(FACTORS.get(Math.min(attempts, FACTORS.size()) - 1), now, random);
    }

    /// @param unconfirmed number of attempts whose result Graph did not report, 1 or more
    /// @return time of the next attempt, which may deliver a duplicate
    Instant nextRepeat(int unconfirmed, Instant now, RandomGenerator random) {
        return after(REPEAT_FACTORS.get(Math.min(unconfirmed, REPEAT_FACTORS.size()) - 1), now, random);
    }

    private Instant after(int factor, Instant now, RandomGenerator random) {
        Duration delay = firstDelay.multipliedBy(factor);
        long jitter = (long) (delay.toMillis() * JITTER * random.nextDouble());
        return now.plus(delay).plusMillis(jitter);
    }

    /// @return estimated earliest time at which the message expires. Even a message older than the retry time
    ///     is attempted seven times; the estimate assumes that the first attempt is made now
    public Instant expiresAt(Instant countedFrom, Instant now) {
        int all = FACTORS.stream()
                .limit(FACTORS.size() - 1L)
                .mapToInt(Integer::intValue)
                .sum();
        Instant usual = countedFrom.plus(expireAfter);
        Instant soonest = now.plus(firstDelay.multipliedBy(all));
        return usual.isAfter(soonest) ? usual : soonest;
    }

    /// @return upper limit for the wait until the next attempt: the longest delay, or one day for the daily
    ///     quota if that is longer, plus one day
    public Duration maxWait() {
        Duration delay = firstDelay.multipliedBy(FACTORS.getLast());
        Duration longest = delay.plusMillis((long) (delay.toMillis() * JITTER));
        return (longest.compareTo(DAY) > 0 ? longest : DAY).plus(DAY);
    }

    /// @return whether the age of the message has reached the retry time
    boolean isExpired(Instant countedFrom, Instant now) {
        return !now.isBefore(countedFrom.plus(expireAfter));
    }
}
