package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.QueueDamaged;
import org.o365relay.journal.Event.QueueUnusable;
import org.o365relay.journal.Event.QueueUsable;
import org.o365relay.journal.Journal;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueFailure.Kind;
import org.o365relay.queue.QueueLoad;

/// Records in the journal when the queue cannot be used, and when it can be used again. Thread-safe.
final class FailureMonitor {

    private final QueueLoad queue;
    private final Journal journal;
    private final InstantSource clock;
    private @Nullable QueueFailure reported;
    private @Nullable Instant since;
    private boolean isDamageReported;

    FailureMonitor(QueueLoad queue, Journal journal, InstantSource clock) {
        this.queue = queue;
        this.journal = journal;
        this.clock = clock;
    }

    /// Never blocks.
    synchronized void check() {
        Optional<QueueFailure> unusable = find(false);
        Instant start = since;
        if (unusable.isPresent()) {
            report(unusable.get());
        } else if (start != null) {
            journal.record(new QueueUsable(Duration.between(start, clock.instant())));
            reported = null;
            since = null;
        }
        Optional<QueueFailure> damage = find(true);
        if (damage.isPresent() && !isDamageReported) {
            isDamageReported = true;
            journal.record(new QueueDamaged(damage.get().text(), AlertTexts.advice(damage.get())));
        }
    }

    private Optional<QueueFailure> find(boolean isDamage) {
        return queue.failures().stream()
                .filter(failure -> isDamage == (failure.kind() == Kind.DAMAGED))
                .findFirst();
    }

    private void report(QueueFailure failure) {
        if (!failure.equals(reported)) {
            since = since == null ? clock.instant() : since;
            reported = failure;
            journal.record(new QueueUnusable(failure.text(), AlertTexts.advice(failure)));
        }
    }
}
