package org.o365relay.bench.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;

/// Runs all sessions of one thread with a single selector.
final class LoadLoop implements Callable<LoadTally> {

    private static final long POLL_MILLIS = 500;

    private final SmtpLoad load;
    private final int sessions;
    private final RemainingMessages remaining;
    private final LoadTally tally = new LoadTally();
    /// Sessions that are waiting to connect. Connecting them from a queue avoids recursion if the server
    /// refuses every connection.
    private final Queue<LoadSession> unconnected = new ArrayDeque<>();

    private int working;
    private long lastActivity;

    LoadLoop(SmtpLoad load, int sessions, RemainingMessages remaining) {
        this.load = load;
        this.sessions = sessions;
        this.remaining = remaining;
    }

    @Override
    public LoadTally call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int session = 0; session < sessions; session++) {
                unconnected.add(new LoadSession(load, selector, remaining, tally, unconnected::add));
            }
            working = sessions;
            lastActivity = System.nanoTime();
            connect();
            while (working > 0 && !stalled()) {
                selector.select(this::ready, unconnected.isEmpty() ? POLL_MILLIS : 1);
                connect();
            }
            abandon(selector);
        }
        return tally;
    }

    /// Tries to connect each waiting session once. A session whose connection is refused waits for the next
    /// call.
    private void connect() {
        for (int count = unconnected.size(); count > 0; count--) {
            if (!unconnected.remove().open()) {
                working--;
            }
        }
    }

    private void ready(SelectionKey key) {
        lastActivity = System.nanoTime();
        session(key).ready();
    }

    private boolean stalled() {
        return System.nanoTime() - lastActivity > load.limit().stallTimeout().toNanos();
    }

    private void abandon(Selector selector) {
        for (SelectionKey key : selector.keys()) {
            if (key.isValid()) {
                session(key).abandon();
            }
        }
    }

    private static LoadSession session(SelectionKey key) {
        return (LoadSession) key.attachment();
    }
}
