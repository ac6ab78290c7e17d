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

    private final int most;
    private final InstantSource clock;
    private final Map<InetAddress, Hour> hours = new HashMap<>();

    /// @param count letters in it so far
    private record Hour(Instant since, int count) {
        boolean isOver(Instant now) {
            return now.isBefore(since) || !now.isBefore(since.plus(HOUR)); // before: the clock was set back
        }
    }

    /// @param most letters in an hour
    NoticeLimit(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
    }

    /// What a restart knows of the hour before: who had too many then has so until it is over.
    synchronized void resume(List<SuppressedNotices> piles) {
        piles.forEach(pile -> hours.put(pile.client(), new Hour(pile.since(), most)));
    }

    /// @return whether one more letter may be written about this device; it is counted then
    synchronized boolean allowsNotice(InetAddress client) {
        Instant now = clock.instant();
        Hour hour = hours.get(client);
        if (hour == null || hour.isOver(now)) {
            hours.put(client, new Hour(now, 1));
            return most > 0;
        }
        if (hour.count() >= most) {
            return false;
        }
        hours.put(client, new Hour(hour.since(), hour.count() + 1));
        return true;
    }

    /// @return whether one more letter might be written about this device; none is counted
    synchronized boolean hasRoom(InetAddress client) {
        Hour hour = hours.get(client);
        return (hour == null || hour.isOver(clock.instant())) ? most > 0 : hour.count() < most;
    }

    /// Forgets devices whose hour is over.
    synchronized void tidy() {
        Instant now = clock.instant();
        hours.values().removeIf(hour -> hour.isOver(now));
    }
}
