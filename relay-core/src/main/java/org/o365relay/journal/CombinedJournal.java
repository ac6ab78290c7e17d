package org.o365relay.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Passes every event to two journals, in order.
record CombinedJournal(Journal first, Journal second) implements Journal {

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        first.accepted(id, arrival, envelope, size);
        second.accepted(id, arrival, envelope, size);
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        first.rejected(client, helo, from, to, reply);
        second.rejected(client, helo, from, to, reply);
    }

    @Override
    public void limitExceeded(ExceededLimit excess) {
        first.limitExceeded(excess);
        second.limitExceeded(excess);
    }

    @Override
    public void delivered(Delivery delivery) {
        first.delivered(delivery);
        second.delivered(delivery);
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        first.deferred(delivery, nextAttempt, mayHaveArrived);
        second.deferred(delivery, nextAttempt, mayHaveArrived);
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        first.failed(delivery, noticeTo, inDigest);
        second.failed(delivery, noticeTo, inDigest);
    }

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        first.delayed(id, client, noticeTo, waiting, inDigest);
        second.delayed(id, client, noticeTo, waiting, inDigest);
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
        first.ndr(id, mailbox, to, reply, advice, noticeTo, inDigest);
        second.ndr(id, mailbox, to, reply, advice, noticeTo, inDigest);
    }

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        first.blocked(mailbox, upstream, reply, advice, nextProbe);
        second.blocked(mailbox, upstream, reply, advice, nextProbe);
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        first.unblocked(mailbox, after);
        second.unblocked(mailbox, after);
    }

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        first.failover(mailbox, from, to, reply, advice);
        second.failover(mailbox, from, to, reply, advice);
    }

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {
        first.failback(mailbox, upstream, after);
        second.failback(mailbox, upstream, after);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt) {
        first.unreachable(mailbox, upstream, reply, nextAttempt);
        second.unreachable(mailbox, upstream, reply, nextAttempt);
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        first.reachable(mailbox, upstream, after);
        second.reachable(mailbox, upstream, after);
    }

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        first.throttled(mailbox, upstream, reply, connections);
        second.throttled(mailbox, upstream, reply, connections);
    }

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        first.backoff(mailbox, kind, address, reply, advice, until);
        second.backoff(mailbox, kind, address, reply, advice, until);
    }

    @Override
    public void paused(EmailAddress mailbox, String by) {
        first.paused(mailbox, by);
        second.paused(mailbox, by);
    }

    @Override
    public void resumed(EmailAddress mailbox, String by) {
        first.resumed(mailbox, by);
        second.resumed(mailbox, by);
    }

    @Override
    public void retried(EmailAddress mailbox, String by) {
        first.retried(mailbox, by);
        second.retried(mailbox, by);
    }

    @Override
    public void queueChanged(String change, long messages, String by) {
        first.queueChanged(change, messages, by);
        second.queueChanged(change, messages, by);
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        first.expiring(what, when, daysLeft, advice);
        second.expiring(what, when, daysLeft, advice);
    }
}
