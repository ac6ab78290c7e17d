package org.o365relay;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.o365relay.alert.ActiveAlerts;
import org.o365relay.alert.AlertCondition;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.alert.AlertKind;
import org.o365relay.alert.AlertMailboxes;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.deliver.UpstreamSettings;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.notice.AdminWarning;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that nothing the relay signs in with ends unnoticed: 30, 14, 7 and 1 days before, and when it
/// has ended, the journal says so and the admin gets a letter; once each, also over restarts. As long as it
/// is so, there is an alert, of which no other letter tells than that it is over.
final class ExpiryMonitor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ExpiryMonitor.class);
    private static final List<Integer> DAYS_AHEAD = List.of(1, 7, 14, 30);
    private static final int EXPIRED = 0;
    private static final String ALERT = AlertKind.EXPIRING.key() + " ";
    private static final long CHECK_INTERVAL_HOURS = 1;

    private final List<MailboxSettings> mailboxes;
    private final AlertMailboxes alertMailboxes;
    private final Function<EmailAddress, NoticeWriter> writers;
    private final UpstreamFactory upstreams;
    private final MessageQueue queue;
    private final ActiveAlerts alerts;
    private final Journal journal;
    private final InstantSource clock;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// @param alertMailboxes which mailboxes can send letters
    /// @param writers who writes the letters of a mailbox
    ExpiryMonitor(
            List<MailboxSettings> mailboxes,
            AlertMailboxes messengers,
            Function<EmailAddress, NoticeWriter> writers,
            UpstreamFactory upstreams,
            MessageQueue queue,
            ActiveAlerts board,
            Journal journal,
            InstantSource clock) {
        this.mailboxes = mailboxes;
        this.alertMailboxes = messengers;
        this.writers = writers;
        this.upstreams = upstreams;
        this.queue = queue;
        this.alerts = board;
        this.journal = journal;
        this.clock = clock;
    }

    void start() {
        Thread.ofVirtual().name("expiry-watch").start(this::loop);
    }

    private void loop() {
        try {
            do {
                check();
            } while (!closed.await(CHECK_INTERVAL_HOURS, TimeUnit.HOURS));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    /// Tells what is due to be told.
    void check() {
        List<String> ending = new ArrayList<>();
        boolean sawAll = true;
        for (MailboxSettings mailbox : mailboxes) {
            for (UpstreamSettings road : mailbox.upstreams()) {
                try {
                    Optional<Expiry> expiry = upstreams.expiry(road);
                    expiry.flatMap(found -> report(mailbox, found)).ifPresent(ending::add);
                } catch (TokenException e) {
                    sawAll = false;
                    log.debug("{} cannot sign in, of which its lane tells: {}", mailbox.address(), e.getMessage());
                } catch (QueueException e) {
                    sawAll = false;
                    log.warn("the admin cannot be told of what ends, trying again in an hour: {}", e.getMessage());
                } catch (RuntimeException e) { // the others must be looked at all the same
                    sawAll = false;
                    log.error(
                            "what {} signs in with cannot be looked at, trying again in an hour", mailbox.address(), e);
                }
            }
        }
        if (sawAll) {
            alerts.clearOthers(ALERT, ending);
        }
    }

    /// @return the name of the alert; empty if there is time yet
    private Optional<String> report(MailboxSettings mailbox, Expiry expiry) {
        long daysLeft =
                Math.floorDiv(Duration.between(clock.instant(), expiry.at()).toSeconds(), 86_400L);
        Optional<Integer> mark = daysLeft < 0
                ? Optional.of(EXPIRED)
                : DAYS_AHEAD.stream().filter(days -> daysLeft <= days).findFirst();
        return mark.map(days -> {
            notifyOnce(mailbox, expiry, daysLeft, days);
            return raise(new ExpiryNotice(mailbox.address(), expiry), daysLeft);
        });
    }

    private String raise(ExpiryNotice ending, long daysLeft) {
        Expiry expiry = ending.expiry();
        String name = ALERT + expiry.kind() + " " + expiry.name() + " " + expiry.at();
        alerts.raise(new AlertCondition(
                name,
                ending.subject(daysLeft),
                ending.consequence(daysLeft),
                ending.advice(),
                ending.mailbox(),
                null,
                null,
                Reporting.LOGGED_AND_MAILED));
        return name;
    }

    private void notifyOnce(MailboxSettings mailbox, Expiry expiry, long daysLeft, int mark) {
        // without the mailbox: several may sign in with the same
        String name = ALERT + expiry.kind() + " " + expiry.name() + " " + expiry.at() + " " + mark;
        if (queue.alertSentAt(name).isPresent()) {
            return;
        }
        ExpiryNotice ending = new ExpiryNotice(mailbox.address(), expiry);
        journal.expiring(ending.what(), expiry.at(), daysLeft, ending.advice());
        Instant now = clock.instant();
        AdminWarning warning = new AdminWarning(
                "expiring." + Long.toHexString(name.hashCode() & 0xffff_ffffL) + "." + mark,
                ending.subject(daysLeft),
                List.of(ending.consequence(daysLeft), "What to do: " + ending.advice()),
                now);
        // what may soon be shut is no good way for the news of it
        EmailAddress from = alertMailboxes.open(mailbox.address()).orElseGet(alertMailboxes::fallback);
        writers.apply(from)
                .write(warning)
                .ifPresentOrElse(letter -> send(name, letter, from, now), () -> queue.recordSentAlert(name, now));
    }

    private void send(String name, Notice letter, EmailAddress mailbox, Instant now) {
        Arrival arrival = new Arrival(now, InetAddress.getLoopbackAddress(), "", "LOCAL");
        String route = mailbox.toString().toLowerCase(Locale.ROOT);
        LocalMessage submission = new LocalMessage(
                arrival, new RoutedEnvelope(route, Priority.URGENT, letter.envelope()), letter.content());
        QueueId id = queue.recordSentAlert(name, now, submission);
        journal.accepted(id, arrival, letter.envelope(), submission.size());
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
