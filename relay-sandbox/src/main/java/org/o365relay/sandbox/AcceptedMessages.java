package org.o365relay.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// The messages accepted since the sandbox started; callers can wait for more messages. Thread-safe.
final class AcceptedMessages {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final boolean keepsRecords;
    private final List<AcceptedMessage> records = new ArrayList<>();
    private int count;

    AcceptedMessages(boolean keepsRecords) {
        this.keepsRecords = keepsRecords;
    }

    void add(AcceptedMessage accepted) {
        lock.lock();
        try {
            count++;
            if (keepsRecords) {
                records.add(accepted);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    List<AcceptedMessage> records() {
        lock.lock();
        try {
            return List.copyOf(records);
        } finally {
            lock.unlock();
        }
    }

    boolean awaitCount(int wanted, Duration timeout) throws InterruptedException {
        return await(() -> count >= wanted, timeout);
    }

    Optional<AcceptedMessage> await(Predicate<AcceptedMessage> wanted, Duration timeout) throws InterruptedException {
        Search search = new Search(wanted);
        await(search, timeout);
        return search.found;
    }

    List<AcceptedMessage> awaitAfter(int seen, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            await(() -> records.size() > seen, timeout);
            return List.copyOf(records.subList(Math.min(seen, records.size()), records.size()));
        } finally {
            lock.unlock();
        }
    }

    private boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(timeout);
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Finds the first matching record; tests each record only once.
    private final class Search implements BooleanSupplier {

        private final Predicate<AcceptedMessage> wanted;
        private int seen;
        private Optional<AcceptedMessage> found = Optional.empty();

        Search(Predicate<AcceptedMessage> wanted) {
            this.wanted = wanted;
        }

        @Override
        public boolean getAsBoolean() {
            while (found.isEmpty() && seen < records.size()) {
                found = Optional.of(records.get(seen++)).filter(wanted);
            }
            return found.isPresent();
        }
    }
}
