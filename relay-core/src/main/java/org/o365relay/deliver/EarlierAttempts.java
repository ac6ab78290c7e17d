package org.o365relay.deliver;

import java.util.List;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.queue.HistoryEntry;

/// What the history of a message shows about earlier attempts that may have delivered it.
///
/// @param mayHaveDelivered whether at least one of them may have delivered the message
/// @param unconfirmed number of those whose result Graph did not report
record EarlierAttempts(boolean mayHaveDelivered, int unconfirmed) {

    static final EarlierAttempts NONE = new EarlierAttempts(false, 0);

    /// An attempt has one event for each recipient, all with the same time.
    static EarlierAttempts of(List<HistoryEntry> history) {
        boolean mayHaveDelivered = history.stream()
                .anyMatch(event -> event.uncertain()
                        || event.kind().equals("interrupted")
                        || event.kind().equals("restored"));
        long unconfirmed = history.stream()
                .filter(event -> event.uncertain() && event.reason().equals(Verdict.UNCONFIRMED))
                .map(HistoryEntry::at)
                .distinct()
                .count();
        return new EarlierAttempts(mayHaveDelivered, (int) unconfirmed);
    }
}
