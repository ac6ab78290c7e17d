package org.o365relay;

import org.o365relay.journal.Rates;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the rates in the queue, so that they cover the time before a restart. A crash loses the events since the
/// last save.
record RateKeeper(Rates rates, JdbcQueue queue) {

    private static final Logger log = LoggerFactory.getLogger(RateKeeper.class);

    void restore() {
        try {
            queue.eventCounts().ifPresent(rates::restore);
        } catch (QueueException e) {
            log.warn("the message counts of the last day cannot be read from the queue: {}", e.getMessage());
        }
    }

    void save() {
        try {
            queue.saveEventCounts(rates.saved());
        } catch (QueueException e) {
            log.warn("the message counts of the last day cannot be written to the queue: {}", e.getMessage());
        }
    }
}
