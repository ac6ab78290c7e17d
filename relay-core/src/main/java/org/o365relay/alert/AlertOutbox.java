package org.o365relay.alert;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.o365relay.time.RepeatingTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends alerts through one channel, one at a time, on its own thread. Callers never wait. An alert that cannot
/// be sent is retried, then dropped and logged. The channel can be replaced; pending alerts are then sent
/// through the new one.
final class AlertOutbox implements AlertMailer, AutoCloseable {

    /// Maximum number of pending alerts; when it is exceeded, the oldest alerts are dropped.
    static final int MAX_PENDING = 100;

    private static final Logger log = LoggerFactory.getLogger(AlertOutbox.class);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);

    private final List<Duration> retryDelays;
    private final LinkedBlockingDeque<Entry> pending = new LinkedBlockingDeque<>(MAX_PENDING);
    private final RepeatingTask sending;
    private final Semaphore replaced = new Semaphore(0);
    private volatile AlertChannel channel;

    private record Entry(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done) {

        String name() {
            return message.alert().name();
        }
    }

    /// @param retryDelays delay before each further attempt after a failed one
    AlertOutbox(AlertChannel channel, List<Duration> retryDelays) {
        this.channel = channel;
        this.retryDelays = List.copyOf(retryDelays);
        this.sending = new RepeatingTask("alert-" + channel.key(), Duration.ZERO, Duration.ZERO, this::sendNext);
    }

    void start() {
        sending.start();
    }

    String key() {
        return channel.key();
    }

    /// Replaces the channel, also for alerts that wait for their next attempt.
    void use(AlertChannel next) {
        AlertChannel previous = channel;
        channel = next;
        replaced.release();
        previous.close();
    }

    void offer(AlertMessage message) {
        offer(message, () -> true, _ -> {});
    }

    @Override
    public void offer(AlertMessage message, BooleanSupplier isNeeded, Consumer<Boolean> done) {
        Entry entry = new Entry(message, isNeeded, done);
        while (!pending.offer(entry)) {
            Entry oldest = pending.poll();
            if (oldest != null) {
                log.warn(
                        "too many alerts are waiting for relay.alerts.{}; dropping \"{}\"",
                        channel.key(),
                        oldest.name());
                oldest.done().accept(false);
            }
        }
    }

    private void sendNext() throws InterruptedException {
        Entry entry = pending.take();
        boolean sent = false;
        try {
            sent = isSent(entry);
        } finally {
            entry.done().accept(sent);
        }
    }

    private boolean isSent(Entry entry) throws InterruptedException {
        replaced.drainPermits();
        String failure = channel.send(entry.message());
        for (Iterator<Duration> delays = retryDelays.iterator(); !failure.isEmpty() && delays.hasNext(); ) {
            pause(delays.next());
            if (!entry.isNeeded().getAsBoolean()) {
                return false;
            }
            failure = channel.send(entry.message());
        }
        if (!failure.isEmpty()) {
            log.warn("cannot send the alert \"{}\" by relay.alerts.{}: {}", entry.name(), channel.key(), failure);
        }
        return failure.isEmpty();
    }

    /// Waits until the next attempt: until the delay is over, or the channel has been replaced.
    private void pause(Duration delay) throws InterruptedException {
        var _ = replaced.tryAcquire(delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Interrupts an attempt in progress and drops pending alerts; waits up to two seconds for the thread to
    /// end.
    @Override
    public void close() {
        sending.interrupt();
        sending.stop(MAX_SHUTDOWN);
        for (Entry entry = pending.poll(); entry != null; entry = pending.poll()) {
            entry.done().accept(false);
        }
        channel.close();
    }
}
