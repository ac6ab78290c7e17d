package org.o365relay.journal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Passes every event to all subscribed journals, in the order of subscription. Thread-safe.
public final class CompositeJournal implements Journal {

    private final List<Journal> journals;

    public CompositeJournal(Journal... first) {
        this.journals = new CopyOnWriteArrayList<>(first);
    }

    /// Subscribes a journal to the events recorded from now on.
    public void subscribe(Journal journal) {
        journals.add(journal);
    }

    @Override
    public void record(Event event) {
        for (Journal journal : journals) {
            journal.record(event);
        }
    }
}
