package org.o365relay.deliver.notify;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.o365relay.queue.SuppressedNotices;

/// Limits the number of notices per hour about mail from one device. The hour begins with the first notice.
final class NoticeLimit {

    static final Duration HOUR = Duration.ofHours(1);

    private final InstantSource clock;
    private final Map<InetAddress, Window> windows = new HashMap<>();
    private int max;

    /// @param since start of the hour
    /// @param count number of notices since the start of the hour
    private record Window(Instant since, int count) {
        boolean isOver(Instant now) {
            return !now.isBefore(since.plus(HOUR));
        }
    }

    /// @param max maximum number of notices per device in an hour
    NoticeLimit(int max, InstantSource clock) {
        this.max = max;
        this.clock = clock;
    }

    /// Changes the maximum. Notices of the current hour count against the new one.
    synchronized void use(int nextMax) {
        max = nextMax;
    }

    /// Restores the counts after a restart: a device with suppressed notices remains at its limit until the
    /// hour that began with the first suppressed notice is over.
    synchronized void restore(List<SuppressedNotices> groups) {
        groups.forEach(group -> windows.put(group.client(), new Window(group.since(), max)));
    }

    /// Counts one more notice about mail from the device, unless the limit is reached.
    ///
    /// @return whether the notice may be sent
    synchronized boolean allowsNotice(InetAddress client) {
        Instant now = clock.instant();
        Window window = windows.get(client);
        if (window == null || window.isOver(now)) {
            windows.put(client, new Window(now, 1));
            return max > 0;
        }
        if (window.count() >= max) {
            return false;
        }
        windows.put(client, new Window(window.since(), window.count() + 1));
        return true;
    }

    /// @return whether one more notice about mail from the device may be sent; does not count a notice
    synchronized boolean hasRoom(InetAddress client) {
        Window window = windows.get(client);
        return (window == null || window.isOver(clock.instant())) ? max > 0 : window.count() < max;
    }

    /// Removes devices whose hour is over.
    synchronized void removeExpired() {
        Instant now = clock.instant();
        windows.values().removeIf(window -> window.isOver(now));
    }
}
