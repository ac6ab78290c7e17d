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

    private final List<ExceededLimit> overdrawn = new CopyOnWriteArrayList<>();
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

    List<ExceededLimit> overdrawn() {
        return overdrawn;
    }

    @Override
    public void limitExceeded(ExceededLimit told) {
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
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        throw new AssertionError(id);
    }

    @Override
    public void ndr(
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
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        throw new AssertionError(reply);
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        throw new AssertionError(reply);
    }

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry) {
        throw new AssertionError(reply);
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        throw new AssertionError(reply);
    }

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        throw new AssertionError(reply);
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        throw new AssertionError(what);
    }

    @Override
    public void paused(EmailAddress mailbox, String by) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void retried(EmailAddress mailbox, String by) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void resumed(EmailAddress mailbox, String by) {
        throw new AssertionError(mailbox);
    }

    @Override
    public void queueChanged(String change, long messages, String by) {
        throw new AssertionError(change);
    }
}
