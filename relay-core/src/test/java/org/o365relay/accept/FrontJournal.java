package org.o365relay.accept;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.journal.Journal;

/// Records the events of the front half; an event of the back half fails the test.
public final class FrontJournal implements Journal {

    private final List<Event> events = new CopyOnWriteArrayList<>();

    public List<Accepted> accepted() {
        return events(Accepted.class);
    }

    public List<Rejected> rejected() {
        return events(Rejected.class);
    }

    public List<LimitExceeded> limitsExceeded() {
        return events(LimitExceeded.class);
    }

    private <E extends Event> List<E> events(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    @Override
    public void record(Event event) {
        switch (event) {
            case Accepted _, Rejected _, LimitExceeded _ -> events.add(event);
            default -> throw new AssertionError(event);
        }
    }
}
