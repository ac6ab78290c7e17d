package org.o365relay.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Records every event in order, as a line of text that begins with the name of its method.
public final class RememberingJournal implements Journal {

    private final List<String> lines = new ArrayList<>();
    private @Nullable String broken;

    /// @return all events so far
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// @return those events so far whose line begins with the text
    public synchronized List<String> lines(String beginning) {
        return lines.stream().filter(line -> line.startsWith(beginning)).toList();
    }

    /// @return the names of all events so far
    public synchronized List<String> events() {
        return lines.stream().map(line -> line.substring(0, line.indexOf(' '))).toList();
    }

    /// Waits until as many events begin with the text.
    public synchronized List<String> await(String beginning, int count) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (lines(beginning).size() < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("no " + count + " × \"" + beginning + "\" in " + lines);
            }
            wait(left);
        }
        return lines(beginning);
    }

    @Override
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        remember("accepted " + id + " from " + envelope.sender() + " to " + envelope.recipients() + " " + size);
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        remember("rejected " + client.getHostAddress() + " from " + from + " to " + to + ": " + reply);
    }

    @Override
    public void limitExceeded(ExceededLimit excess) {
        remember("limitExceeded " + excess.client().getHostAddress() + " " + excess.limit() + " until " + excess.until()
                + ": " + excess.reply());
    }

    @Override
    public void delivered(Delivery delivery) {
        remember("delivered " + text(delivery));
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        remember("deferred " + text(delivery) + " until " + nextAttempt + (mayHaveArrived ? " may have arrived" : ""));
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        remember("failed " + text(delivery) + (delivery.by().isEmpty() ? "" : " by " + delivery.by())
                + (inDigest ? ", digest to " : ", notice to ") + noticeTo);
    }

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {
        remember("delayed " + id + " after " + waiting + (inDigest ? ", digest to " : ", notice to ") + noticeTo);
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
        remember("ndr " + id + " in " + mailbox + " to " + to + ": " + reply + " | " + advice + ", notice to "
                + noticeTo + (inDigest ? " in a digest" : ""));
    }

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {
        remember("blocked " + mailbox + ": " + reply + " | " + advice + " until " + nextProbe);
    }

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {
        remember("unblocked " + mailbox + " after " + after);
    }

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {
        remember("failover " + mailbox + " from " + from + " to " + to + ": " + reply + " | " + advice);
    }

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {
        remember("failback " + mailbox + " to " + upstream + " after " + after);
    }

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt) {
        remember("unreachable " + mailbox + " by " + upstream + ": " + reply + " until " + nextAttempt);
    }

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {
        remember("reachable " + mailbox + " by " + upstream + " after " + after);
    }

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {
        remember("throttled " + mailbox + " to " + connections + ": " + reply);
    }

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {
        remember("backoff " + mailbox + " " + kind + " " + address + ": " + reply + " until " + until);
    }

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {
        remember("expiring " + what + " in " + daysLeft + " days | " + advice);
    }

    @Override
    public void paused(EmailAddress mailbox, String by) {
        remember("paused " + mailbox + " by " + by);
    }

    @Override
    public void retried(EmailAddress mailbox, String by) {
        remember("retried " + mailbox + " by " + by);
    }

    @Override
    public void resumed(EmailAddress mailbox, String by) {
        remember("resumed " + mailbox + " by " + by);
    }

    @Override
    public void queueChanged(String change, long messages, String by) {
        remember("queueChanged " + messages + ": " + change + " by " + by);
    }

    /// From now on, events of this name throw an exception.
    public synchronized void failOn(String event) {
        broken = event + " ";
    }

    private synchronized void remember(String line) {
        if (broken != null && line.startsWith(broken)) {
            throw new IllegalStateException("the journal is broken");
        }
        lines.add(line);
        notifyAll();
    }

    private static String text(Delivery delivery) {
        return delivery.id() + " to " + delivery.to() + " attempt " + delivery.attempts() + ": " + delivery.reply();
    }
}
