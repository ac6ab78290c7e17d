package org.o365relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RepeatingTaskTest {

    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Semaphore runs = new Semaphore(0);

    @Test
    void runsAtOnceAndAfterEachPause() throws InterruptedException {
        RepeatingTask task = new RepeatingTask("test", Duration.ZERO, SHORT, runs::release);
        task.start();
        assertThat(runs.tryAcquire(3, 1, TimeUnit.MINUTES)).isTrue();
        task.stop(LONG);
        int atStop = runs.drainPermits();
        assertThat(runs.tryAcquire(1, 20, TimeUnit.MILLISECONDS))
                .as("runs after the stop, in addition to %d before", atStop)
                .isFalse();
    }

    @Test
    void waitsBeforeTheFirstRun() throws InterruptedException {
        RepeatingTask task = new RepeatingTask("test", NEVER, SHORT, runs::release);
        task.start();
        assertThat(runs.tryAcquire(1, 20, TimeUnit.MILLISECONDS)).isFalse();
        task.stop(LONG);
    }

    @Test
    void repeatsATaskThatFails() throws InterruptedException {
        RepeatingTask task = new RepeatingTask("test", Duration.ZERO, SHORT, () -> {
            runs.release();
            throw new IllegalStateException("this failure is part of the test");
        });
        task.start();
        assertThat(runs.tryAcquire(2, 1, TimeUnit.MINUTES)).isTrue();
        task.stop(LONG);
    }

    @Test
    void stopWaitsForTheRunInProgress() throws InterruptedException {
        CountDownLatch mayEnd = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        RepeatingTask task = new RepeatingTask("test", Duration.ZERO, NEVER, () -> {
            runs.release();
            mayEnd.await();
            ended.set(true);
        });
        task.start();
        assertThat(runs.tryAcquire(1, 1, TimeUnit.MINUTES)).isTrue();
        task.stop(SHORT);
        assertThat(task.isStopped()).isTrue();
        assertThat(ended).as("the run has ended").isFalse();
        mayEnd.countDown();
        task.stop(LONG);
        assertThat(ended).isTrue();
    }

    @Test
    void interruptEndsTheRunInProgress() throws InterruptedException {
        AtomicBoolean interrupted = new AtomicBoolean();
        RepeatingTask task = new RepeatingTask("test", Duration.ZERO, SHORT, () -> {
            runs.release();
            try {
                Thread.sleep(NEVER);
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
            }
        });
        task.start();
        assertThat(runs.tryAcquire(1, 1, TimeUnit.MINUTES)).isTrue();
        task.interrupt();
        task.stop(LONG);
        assertThat(interrupted).isTrue();
        assertThat(runs.availablePermits()).isZero();
    }

    @Test
    void doesNotRunIfStoppedBeforeItStarts() throws InterruptedException {
        RepeatingTask task = new RepeatingTask("test", Duration.ZERO, SHORT, runs::release);
        task.stop(LONG);
        task.start();
        assertThat(runs.tryAcquire(1, 20, TimeUnit.MILLISECONDS)).isFalse();
    }
}
