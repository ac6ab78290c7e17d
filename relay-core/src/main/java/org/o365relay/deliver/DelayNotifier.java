package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.o365relay.journal.Journal;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.notice.Delay;
import org.o365relay.notice.GeneralReason;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.DelayNotification;
import org.o365relay.queue.Event;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.NoticeStore.Batch;
import org.o365relay.queue.NoticeStore.Written;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.WaitingMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells authors, once for a message, that it takes long. Looks at open messages in the order they came in, and
/// remembers in the queue how far it has come; what waits already when it looks for the first time is left alone.
///
/// While no mailbox can send anything, a warning would only wait together with the mail: so it waits, too.
final class DelayNotifier {

    static final String MARK = "delay-notices";

    private static final Logger log = LoggerFactory.getLogger(DelayNotifier.class);
    private static final int BATCH = 100;

    // These are said by the relay, in the place of an upstream.
    private static final Set<String> LOCAL_REASONS = Set.of("unreachable", "tls", "relay");

    private final MessageQueue queue;
    private final NoticeStore notices;
    private final List<MailboxSender> senders;
    private final NoticePolicy policy;
    private final RetrySchedule retry;
    private final Journal journal;
    private final InstantSource clock;

    DelayNotifier(
            MessageQueue queue,
            List<MailboxSender> lanes,
            NoticePolicy desk,
            RetrySchedule retry,
            Journal journal,
            InstantSource clock) {
        this.queue = queue;
        this.notices = queue.notices();
        this.senders = List.copyOf(lanes);
        this.policy = desk;
        this.retry = retry;
        this.journal = journal;
        this.clock = clock;
    }

    /// Warns of what has become old enough since the last look.
    ///
    /// @param goesOn asked between batches
    /// @throws org.o365relay.queue.QueueException if the disk fails; the next look does the rest
    void run(BooleanSupplier goesOn) {
        Duration age = policy.settings().delayNoticeAfter();
        if (age.isZero()) {
            return;
        }
        Instant now = clock.instant();
        QueueId end = NoticeStore.firstIdAt(now.minus(age));
        QueueId place = queue.progress(MARK)
                .map(value -> new QueueId(Long.parseLong(value)))
                .filter(reached -> reached.compareTo(NoticeStore.firstIdAt(now)) < 0) // else the clock was set back
                .orElse(end);
        boolean more = place.compareTo(end) <= 0; // else the time was made longer
        while (more && goesOn.getAsBoolean()) {
            Optional<MailboxSender> open =
                    senders.stream().filter(MailboxSender::isOpen).findFirst();
            if (open.isEmpty()) {
                return;
            }
            Batch batch = notices.waitingMessages(place, end, BATCH);
            notify(batch, open.get());
            place = batch.end();
            more = !batch.isLast();
        }
    }

    private void notify(Batch batch, MailboxSender open) {
        List<DelayNotification> told = new ArrayList<>();
        for (WaitingMessage waiting : batch.messages()) {
            notification(waiting, open).ifPresent(told::add);
        }
        List<Written> written =
                notices.recordDelays(MARK, Long.toString(batch.end().value()), told);
        for (int i = 0; i < told.size(); i++) {
            log(batch, told.get(i), written.get(i));
        }
    }

    private void log(Batch batch, DelayNotification told, Written written) {
        if (!written.isNotified()) {
            return; // settled meanwhile
        }
        LocalMessage letter = told.notice();
        if (letter != null && written.noticeId() != null) {
            journal.accepted(written.noticeId(), letter.arrival(), letter.envelope(), letter.size());
        }
        batch.messages().stream()
                .filter(waiting -> waiting.id().equals(told.message()))
                .forEach(waiting -> journal.delayed(
                        waiting.id(),
                        waiting.arrival().client(),
                        told.to(),
                        Duration.between(waiting.arrival().at(), clock.instant()),
                        letter == null));
    }

    /// @return empty if nobody is told
    private Optional<DelayNotification> notification(WaitingMessage waiting, MailboxSender open) {
        List<Recipient> recipients = waiting.recipients().stream()
                .filter(recipient -> mayBeNotified(waiting, recipient))
                .toList();
        if (recipients.isEmpty()) {
            return Optional.empty();
        }
        MailboxSender lane = open(waiting).orElse(open);
        try {
            return notification(waiting, recipients, lane);
        } catch (QueueException e) {
            skipIfDamaged(waiting, e);
        } catch (IOException e) {
            if (e.getCause() instanceof QueueException trouble) { // else it is damaged
                throw trouble;
            }
            log.error("message {} cannot be read for a warning: {}", waiting.id(), e.getMessage());
        } catch (RuntimeException e) { // the others must be warned all the same
            log.error("nobody can be warned of message {} because of a bug; please report it", waiting.id(), e);
        }
        return Optional.empty();
    }

    /// The next look can tell it if the disk is well again. What is damaged must not keep the others from being told.
    private static void skipIfDamaged(WaitingMessage waiting, QueueException trouble) {
        if (!trouble.isDamage()) {
            throw trouble;
        }
        log.error("nobody can be warned of message {}, it is damaged: {}", waiting.id(), trouble.getMessage());
    }

    private Optional<DelayNotification> notification(
            WaitingMessage waiting, List<Recipient> recipients, MailboxSender lane) throws IOException {
        NoticeWriter writer = policy.writer(lane.mailbox());
        ReportedMessage original = original(waiting, lane);
        Optional<EmailAddress> author = writer.delayAddressee(waiting.envelope(), original);
        if (author.isEmpty()) {
            return Optional.empty();
        }
        InetAddress client = waiting.arrival().client();
        if (!policy.limit().allowsNotice(client)) {
            SuppressedNotice withheld = new SuppressedNotice(
                    waiting.id(), SuppressedNotice.Kind.DELAYED, client, author.get(), clock.instant());
            return Optional.of(new DelayNotification(waiting.id(), author.get(), null, withheld));
        }
        Delay delay = delay(waiting, original, recipients, lane);
        return writer.write(delay)
                .map(notice ->
                        NoticePolicy.localMessage(notice, lane.claimScope().owner(), waiting.priority(), delay.now()))
                .map(letter -> new DelayNotification(
                        delay.id(), letter.envelope().recipients().getFirst(), letter, null));
    }

    // RFC 3461 §4.1: who says nothing leaves it to the relay; who says something wants only that
    private static boolean mayBeNotified(WaitingMessage waiting, Recipient recipient) {
        Set<NotifyCondition> occasions =
                waiting.envelope().dsnRequest().of(recipient.address()).conditions();
        return occasions == null || occasions.contains(NotifyCondition.DELAY);
    }

    private Optional<MailboxSender> open(WaitingMessage waiting) {
        return senders.stream()
                .filter(lane -> lane.serves(waiting.mailbox()) && lane.isOpen())
                .findFirst();
    }

    private Delay delay(
            WaitingMessage waiting, ReportedMessage original, List<Recipient> recipients, MailboxSender lane) {
        Instant now = clock.instant();
        Optional<Event> trouble = queue.events(waiting.id()).reversed().stream()
                .filter(event -> event.kind().equals("deferred") || event.kind().equals("postponed"))
                .findFirst();
        boolean own =
                trouble.map(event -> LOCAL_REASONS.contains(event.reason())).orElse(true);
        return new Delay(
                waiting.id(),
                waiting.arrival(),
                waiting.envelope(),
                original,
                recipients,
                reason(waiting, lane),
                trouble.flatMap(event -> Reply.parse(event.detail())).orElse(null),
                own ? "" : trouble.map(Event::upstream).orElse(""),
                waiting.attempts(),
                retry.expiresAt(waiting.arrival().at(), now),
                now);
    }

    private Reason reason(WaitingMessage waiting, MailboxSender lane) {
        if (waiting.reason() != null) {
            return policy.reason(waiting.reason(), lane.mailbox(), "");
        }
        return policy.reason(open(waiting).isPresent() ? GeneralReason.TURN : GeneralReason.MAILBOX, "");
    }

    private static ReportedMessage original(WaitingMessage waiting, MailboxSender lane) throws IOException {
        try (InputStream content = waiting.content().get()) {
            return lane.rewriter()
                    .rewrite(waiting.id(), waiting.arrival(), waiting.envelope(), content)
                    .original();
        }
    }
}
