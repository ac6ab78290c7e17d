package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Remembers what the front half tells; the back half has nothing to say here.
final class FrontJournal implements Journal {

    record Accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {}

    record Rejected(
            InetAddress client,
            String helo,
            @Nullable EmailAddress from,
            @Nullable EmailAddress to,
            Reply reply) {}

    private final List<Overdrawn> overdrawn = new CopyOnWriteArrayList<>();
    private final List<Accepted> accepted = new CopyOnWriteArrayList<>();
    private final List<Rejected> rejected = new CopyOnWriteArrayList<>();

    List<Accepted> accepted() {
        return accepted;
    }

    List<Rejected> rejected() {
        return rejected;
    }

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        accepted.add(new Accepted(id, arrival, envelope, size));
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        rejected.add(new Rejected(client, helo, from, to, reply));
    }

    List<Overdrawn> overdrawn() {
        return overdrawn;
    }

    @Override
    public void overdrawn(Overdrawn told) {
        overdrawn.add(told);
    }

    @Override
    public void delivered(Delivery delivery) {
        throw new AssertionError(delivery);
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        throw new AssertionError(delivery);
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        throw new AssertionError(delivery);
    }

    @Override
    public void warned(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        throw new AssertionError(id);
    }

    @Override
    public void bounced(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest) {
        throw new AssertionError(reply);
    }

    @Override
    public void paused(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        throw new AssertionError(reply);
    }

    @Override
    public void resumed(EmailAddress mailbox, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void switched(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        throw new AssertionError(reply);
    }

    @Override
    public void returned(EmailAddress mailbox, String upstream, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry) {
        throw new AssertionError(reply);
    }

    @Override
    public void reached(EmailAddress mailbox, String upstream, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void slowed(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        throw new AssertionError(reply);
    }

    @Override
    public void held(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        throw new AssertionError(reply);
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        throw new AssertionError(what);
    }

    @Override
    public void stopped(EmailAddress mailbox, String by) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void started(EmailAddress mailbox, String by) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void changed(String change, long messages, String by) {
        throw new AssertionError(change);
    }
}
