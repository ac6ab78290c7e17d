package org.o365relay.accept;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.MoreRejected;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;

/// Records the events of the front half; an event of the back half fails the test.
public final class FrontJournal implements Journal {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final List<Event> events = new ArrayList<>();

    public List<Accepted> accepted() {
        return events(Accepted.class);
    }

    public List<Rejected> rejected() {
        return events(Rejected.class);
    }

    public List<MoreRejected> moreRejected() {
        return events(MoreRejected.class);
    }

    public List<LimitExceeded> limitsExceeded() {
        return events(LimitExceeded.class);
    }

    /// Waits for this many rejections.
    ///
    /// @return all rejections
    synchronized List<Rejected> awaitRejected(int count) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = 1; rejected().size() < count && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        assertThat(rejected()).as("rejections in the journal").hasSizeGreaterThanOrEqualTo(count);
        return rejected();
    }

    private synchronized <E extends Event> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public synchronized void record(Event event) {
        switch (event) {
            case Accepted _, Rejected _, MoreRejected _, LimitExceeded _ -> events.add(event);
            default -> throw new AssertionError(event);
        }
        notifyAll();
    }
}
