package org.o365relay.deliver;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.o365relay.queue.SuppressedNotices;

/// How many letters there may be about the mail of one device. Its hour begins with the first of them.
final class NoticeLimit {

    static final Duration HOUR = Duration.ofHours(1);

    private final int max;
    private final InstantSource clock;
    private final Map<InetAddress, Window> windows = new HashMap<>();

    /// @param count letters in it so far
    private record Window(Instant since, int count) {
        boolean isOver(Instant now) {
            return now.isBefore(since) || !now.isBefore(since.plus(HOUR)); // before: the clock was set back
        }
    }

    /// @param max letters in an hour
    NoticeLimit(int most, InstantSource clock) {
        this.max = most;
        this.clock = clock;
    }

    /// What a restart knows of the hour before: who had too many then has so until it is over.
    synchronized void resume(List<SuppressedNotices> piles) {
        piles.forEach(pile -> windows.put(pile.client(), new Window(pile.since(), max)));
    }

    /// @return whether one more letter may be written about this device; it is counted then
    synchronized boolean allowsNotice(InetAddress client) {
        Instant now = clock.instant();
        Window hour = windows.get(client);
        if (hour == null || hour.isOver(now)) {
            windows.put(client, new Window(now, 1));
            return max > 0;
        }
        if (hour.count() >= max) {
            return false;
        }
        windows.put(client, new Window(hour.since(), hour.count() + 1));
        return true;
    }

    /// @return whether one more letter might be written about this device; none is counted
    synchronized boolean hasRoom(InetAddress client) {
        Window hour = windows.get(client);
        return (hour == null || hour.isOver(clock.instant())) ? max > 0 : hour.count() < max;
    }

    /// Forgets devices whose hour is over.
    synchronized void removeExpired() {
        Instant now = clock.instant();
        windows.values().removeIf(hour -> hour.isOver(now));
    }
}
