package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// The event loop of a connection without a socket: runs tasks when the test says so, at the time that the test
/// sets. Unlike the loop of Netty's embedded channel, it accepts tasks from any thread, such as the queue's.
final class SteppedLoop extends AbstractScheduledEventExecutor implements EventLoop {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Thread owner = Thread.currentThread();
    private final MockTicker ticker = Ticker.newMockTicker();
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    /// Runs what is due.
    void run() {
        for (Runnable due = pollScheduledTask(); due != null; due = pollScheduledTask()) {
            due.run();
        }
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /// Waits for tasks of other threads, and runs what is due, until the condition holds.
    ///
    /// @return whether it holds; false if there is no task for ten seconds
    boolean runUntil(BooleanSupplier condition) {
        run();
        while (!condition.getAsBoolean()) {
            try {
                Runnable task = tasks.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (task == null) {
                    return condition.getAsBoolean();
                }
                task.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            run();
        }
        return true;
    }

    void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
        run();
    }

    /// @return whether any task is left for a later time
    boolean hasTasks() {
        return hasScheduledTasks() || !tasks.isEmpty();
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return owner.equals(thread);
    }

    @Override
    public EventLoopGroup parent() {
        return this;
    }

    @Override
    public EventLoop next() {
        return this;
    }

    @Override
    public ChannelFuture register(Channel channel) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isShuttingDown() {
        return false;
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }

    @Override
    @Deprecated
    public void shutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Future<?> terminationFuture() {
        return GlobalEventExecutor.INSTANCE.newSucceededFuture(null);
    }
}
