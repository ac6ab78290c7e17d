package org.o365relay.alert;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Raises and clears alerts from journal events. Never blocks.
record AlertJournal(ActiveAlerts alerts) implements Journal {

    @Override
    public void limitExceeded(ExceededLimit excess) {
        alerts.raise(AlertTexts.limitExceeded(excess));
    }

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        alerts.raise(AlertTexts.mailboxBlocked(mailbox, upstream, reply, advice));
        alerts.clear(AlertKind.UNREACHABLE.of(mailbox)); // the same outage, now with a known cause
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        clearOutage(mailbox);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt) {
        alerts.raise(AlertTexts.unreachable(mailbox, upstream, reply));
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        clearOutage(mailbox);
    }

    private void clearOutage(EmailAddress mailbox) {
        alerts.clear(AlertKind.MAILBOX_BLOCKED.of(mailbox));
        alerts.clear(AlertKind.UNREACHABLE.of(mailbox));
    }

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {}

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {}

    @Override
    public void delivered(Delivery delivery) {}

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {}

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {}

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {}

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {}

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {}

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {}

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {}

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {}

    @Override
    public void paused(EmailAddress mailbox, String by) {}

    @Override
    public void resumed(EmailAddress mailbox, String by) {}

    @Override
    public void retried(EmailAddress mailbox, String by) {}

    @Override
    public void queueChanged(String change, long messages, String by) {}

    @Override
    public void ndr(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest) {}
}
