package org.o365relay.bench;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Callable;

/// One thread's sessions and the selector they share.
final class LoadLoop implements Callable<Tally> {

    private static final long LOOK_AFTER_MILLIS = 500;

    private final SmtpLoad load;
    private final int sessions;
    private final Budget budget;
    private final Tally tally = new Tally();
    /// Sessions that need a connection. A queue, so that a server which refuses every connection costs no stack.
    private final Queue<Session> unconnected = new ArrayDeque<>();

    private int working;
    private long lastReply;

    LoadLoop(SmtpLoad load, int sessions, Budget budget) {
        this.load = load;
        this.sessions = sessions;
        this.budget = budget;
    }

    @Override
    public Tally call() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int session = 0; session < sessions; session++) {
                unconnected.add(new Session(load, selector, budget, tally, unconnected::add));
            }
            working = sessions;
            lastReply = System.nanoTime();
            connect();
            while (working > 0 && !stalled()) {
                selector.select(this::ready, unconnected.isEmpty() ? LOOK_AFTER_MILLIS : 1);
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
        return System.nanoTime() - lastReply > load.patience().toNanos();
    }

    private void abandon(Selector selector) {
        for (SelectionKey key : selector.keys()) {
            if (key.isValid()) {
                session(key).abandon();
            }
        }
    }

    private static Session session(SelectionKey key) {
        return (Session) key.attachment();
    }
}
