package org.o365relay.sandbox.message;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

/// Stores and counts the messages accepted by any of the sandbox's services since it started. Callers can wait
/// until more messages are accepted. Thread-safe.
public final class AcceptedMessages {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final boolean keepsRecords;
    private final @Nullable MessageFiles files;
    private final InstantSource clock;
    private final AtomicInteger lastNumber = new AtomicInteger();
    private final List<AcceptedMessage> records = new ArrayList<>();
    private int count;

    /// @throws IOException if the directory cannot be listed, or temporary files of earlier runs cannot be
    ///     deleted
    public AcceptedMessages(Keep keep, Path directory, InstantSource clock) throws IOException {
        this.keepsRecords = keep != Keep.COUNT;
        this.files = keep == Keep.FILES ? new MessageFiles(directory) : null;
        this.clock = clock;
    }

    /// @param limit maximum size of the stored file, in octets; writes that exceed it are only counted
    public SpooledContent open(long limit) {
        return new SpooledContent(files == null ? null : files.temporaryFile(), limit);
    }

    /// @param author author to record for a message without `From`
    /// @throws IOException if the content cannot be stored
    public AcceptedMessage store(SpooledContent body, SandboxSubmission submission, Header header, String author)
            throws IOException {
        Instant receivedAt = clock.instant();
        Path temporary = body.finish();
        Path file = files == null || temporary == null ? null : files.storeContent(temporary, receivedAt);
        AcceptedMessage accepted = accepted(body, submission, header, author, receivedAt, file);
        if (files != null && file != null) {
            files.writeRecord(file, accepted);
        }
        add(accepted);
        return accepted;
    }

    private AcceptedMessage accepted(
            SpooledContent body,
            SandboxSubmission submission,
            Header header,
            String author,
            Instant receivedAt,
            @Nullable Path file) {
        String from = header.text("From");
        return new AcceptedMessage(
                lastNumber.incrementAndGet(),
                submission.ingress(),
                submission.envelopeFrom(),
                submission.envelopeTo(),
                submission.user(),
                submission.mechanism(),
                submission.tls() == null ? "" : submission.tls().getProtocol(),
                submission.tls() == null ? "" : submission.tls().getCipherSuite(),
                submission.client(),
                submission.helo(),
                receivedAt,
                from == null ? author : from,
                header.text("Subject"),
                header.text("Message-ID"),
                body.size(),
                file);
    }

    private void add(AcceptedMessage accepted) {
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

    public int count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    public List<AcceptedMessage> records() {
        lock.lock();
        try {
            return List.copyOf(records);
        } finally {
            lock.unlock();
        }
    }

    public boolean awaitCount(int wanted, Duration timeout) throws InterruptedException {
        return await(() -> count >= wanted, timeout);
    }

    public Optional<AcceptedMessage> await(Predicate<AcceptedMessage> wanted, Duration timeout)
            throws InterruptedException {
        Search search = new Search(wanted);
        await(search, timeout);
        return search.found;
    }

    public List<AcceptedMessage> awaitAfter(int seen, Duration timeout) throws InterruptedException {
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
