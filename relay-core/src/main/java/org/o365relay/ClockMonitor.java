package org.o365relay;

import java.time.Duration;
import java.time.Instant;
import org.o365relay.journal.Event.ClockChanged;
import org.o365relay.journal.Journal;
import org.o365relay.queue.QueueException;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Records in the journal when the system clock is set. Also stores a reading of both clocks, at once after
/// such a change and otherwise every five minutes. After a restart, the steady clock continues from the last
/// stored reading.
final class ClockMonitor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ClockMonitor.class);

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /// Only changes larger than this are recorded. A smaller one does no harm, and may only be a delay between
    /// the reads of the two clocks.
    private static final Duration MIN_CHANGE = Duration.ofSeconds(2);

    /// Time between two stored readings. If the machine loses its time in a power failure, the time since the
    /// last reading is not counted. The interval is not shorter, to limit the wear of flash memory.
    private static final Duration SAVE_INTERVAL = Duration.ofMinutes(5);

    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);

    private final SteadyClock clock;
    private final Runnable save;
    private final Journal journal;
    private final RepeatingTask task = new RepeatingTask("clock-monitor", INTERVAL, INTERVAL, this::check);
    private Duration offset;
    private Instant savedAt;

    /// @param save stores a reading; throws a [QueueException] if the queue cannot be written
    ClockMonitor(SteadyClock clock, Runnable save, Journal journal) {
        this.clock = clock;
        this.save = save;
        this.journal = journal;
        Reading now = clock.reading();
        this.offset = now.offset();
        this.savedAt = now.steady();
    }

    void start() {
        task.start();
    }

    void check() {
        Duration before = offset;
        Reading now = clock.reading();
        if (isChange(before, now)) {
            now = clock.reading(); // the thread may have been suspended between the reads of the two clocks
        }
        offset = now.offset();
        if (isChange(before, now)) {
            journal.record(new ClockChanged(offset.minus(before)));
            save(now.steady());
        } else if (!now.steady().isBefore(savedAt.plus(SAVE_INTERVAL))) {
            save(now.steady());
        }
    }

    private static boolean isChange(Duration before, Reading now) {
        return now.offset().minus(before).abs().compareTo(MIN_CHANGE) > 0;
    }

    private void save(Instant now) {
        savedAt = now;
        try {
            save.run();
        } catch (QueueException e) {
            log.warn("the time cannot be written to the queue, trying again in 5 minutes: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        task.stop(MAX_SHUTDOWN);
    }
}
