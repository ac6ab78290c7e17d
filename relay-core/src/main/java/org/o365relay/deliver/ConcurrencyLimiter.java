package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How many attempts an account makes at once. Falls by one each time the upstream says that it is too many,
/// because others use the account as well, and comes back by one after ten minutes without another such word.
final class ConcurrencyLimiter {

    private static final Duration RECOVERY = Duration.ofMinutes(10);
    private static final ProbeSchedule RESTS = new ProbeSchedule(Duration.ofSeconds(5), Duration.ofMinutes(1));

    private final int most;
    private final InstantSource clock;
    private int limit;
    private int inUse;
    private int tooMany; // said in a row although there was only one
    private Instant changed;
    private Instant restUntil;

    /// @param most 1 or more
    ConcurrencyLimiter(int most, InstantSource clock) {
        this.most = most;
        this.limit = most;
        this.clock = clock;
        this.changed = clock.instant();
        this.restUntil = changed;
    }

    /// @return how many there may be at once now
    synchronized int limit() {
        recover();
        return limit;
    }

    /// Waits until there is at least one.
    ///
    /// @param wanted 1 or more
    /// @return how many of them there are, to be given back; 0 if there was none for so long
    synchronized int acquire(int wanted, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        int free = free();
        for (long left = atMost.toMillis(); free <= 0 && left > 0; free = free()) {
            wait(Math.max(1, Math.min(left, Math.max(rest().toMillis(), 1000))));
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        int acquired = Math.max(0, Math.min(wanted, free));
        inUse += acquired;
        return acquired;
    }

    synchronized void release(int count) {
        inUse -= count;
        notifyAll();
    }

    /// The upstream says that there are too many.
    ///
    /// @return whether this begins a slower time, which the admin may want to hear of
    synchronized boolean tooMany() {
        recover();
        boolean begins = limit == most && tooMany == 0;
        if (limit > 1) {
            limit--;
        } else {
            restUntil = clock.instant().plus(RESTS.delay(tooMany++));
        }
        changed = clock.instant();
        return begins;
    }

    /// The upstream has taken something.
    synchronized void served() {
        tooMany = 0;
    }

    private int free() {
        recover();
        return rest().isPositive() ? 0 : limit - inUse;
    }

    /// Never longer than the longest, even if the clock has been set back meanwhile.
    private Duration rest() {
        Duration left = Duration.between(clock.instant(), restUntil);
        return left.compareTo(RESTS.longest()) < 0 ? left : RESTS.longest();
    }

    private void recover() {
        while (limit < most && !clock.instant().isBefore(changed.plus(RECOVERY))) {
            limit++;
            changed = changed.plus(RECOVERY);
        }
    }
}
