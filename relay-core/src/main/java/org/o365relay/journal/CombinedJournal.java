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

/// Tells two journals everything, one after the other.
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
    public void overdrawn(Overdrawn overdrawn) {
        first.overdrawn(overdrawn);
        second.overdrawn(overdrawn);
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
    public void warned(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        first.warned(id, client, noticeTo, waiting, inDigest);
        second.warned(id, client, noticeTo, waiting, inDigest);
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
        first.bounced(id, mailbox, to, reply, advice, noticeTo, inDigest);
        second.bounced(id, mailbox, to, reply, advice, noticeTo, inDigest);
    }

    @Override
    public void paused(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        first.paused(mailbox, upstream, reply, advice, nextProbe);
        second.paused(mailbox, upstream, reply, advice, nextProbe);
    }

    @Override
    public void resumed(EmailAddress mailbox, Duration after) {
        first.resumed(mailbox, after);
        second.resumed(mailbox, after);
    }

    @Override
    public void switched(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        first.switched(mailbox, from, to, reply, advice);
        second.switched(mailbox, from, to, reply, advice);
    }

    @Override
    public void returned(EmailAddress mailbox, String upstream, Duration after) {
        first.returned(mailbox, upstream, after);
        second.returned(mailbox, upstream, after);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry) {
        first.unreachable(mailbox, upstream, reply, nextTry);
        second.unreachable(mailbox, upstream, reply, nextTry);
    }

    @Override
    public void reached(EmailAddress mailbox, String upstream, Duration after) {
        first.reached(mailbox, upstream, after);
        second.reached(mailbox, upstream, after);
    }

    @Override
    public void slowed(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        first.slowed(mailbox, upstream, reply, connections);
        second.slowed(mailbox, upstream, reply, connections);
    }

    @Override
    public void held(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        first.held(mailbox, kind, address, reply, advice, until);
        second.held(mailbox, kind, address, reply, advice, until);
    }

    @Override
    public void stopped(EmailAddress mailbox, String by) {
        first.stopped(mailbox, by);
        second.stopped(mailbox, by);
    }

    @Override
    public void started(EmailAddress mailbox, String by) {
        first.started(mailbox, by);
        second.started(mailbox, by);
    }

    @Override
    public void changed(String change, long messages, String by) {
        first.changed(change, messages, by);
        second.changed(change, messages, by);
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        first.expiring(what, when, daysLeft, advice);
        second.expiring(what, when, daysLeft, advice);
    }
}
