package org.o365relay.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;

/// One thread's sessions and the selector they share.
final class LoadLoop implements Callable<LoadTally> {

    private static final long POLL_MILLIS = 500;

    private final SmtpLoad load;
    private final int sessions;
    private final RemainingMessages remaining;
    private final LoadTally tally = new LoadTally();
    /// Sessions that need a connection. A queue, so that a server which refuses every connection costs no stack.
    private final Queue<LoadSession> unconnected = new ArrayDeque<>();

    private int working;
    private long lastReply;

    LoadLoop(SmtpLoad load, int sessions, RemainingMessages budget) {
        this.load = load;
        this.sessions = sessions;
        this.remaining = budget;
    }

    @Override
    public LoadTally call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int session = 0; session < sessions; session++) {
                unconnected.add(new LoadSession(load, selector, remaining, tally, unconnected::add));
            }
            working = sessions;
            lastReply = System.nanoTime();
            connect();
            while (working > 0 && !stalled()) {
                selector.select(this::ready, unconnected.isEmpty() ? POLL_MILLIS : 1);
                connect();
            }
            abandon(selector);
        }
        return tally;
    }

    /// Each waiting session once: one that is refused at once waits for the next turn.
    private void connect() {
        for (int turn = unconnected.size(); turn > 0; turn--) {
            if (!unconnected.remove().open()) {
                working--;
            }
        }
    }

    private void ready(SelectionKey key) {
        lastReply = System.nanoTime();
        session(key).ready();
    }

    private boolean stalled() {
        return System.nanoTime() - lastReply > load.stallTimeout().toNanos();
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
