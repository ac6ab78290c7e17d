package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Original;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportRequest.Occasion;
import org.o365relay.notice.Delay;
import org.o365relay.notice.GeneralReason;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.Correspondence;
import org.o365relay.queue.Correspondence.Batch;
import org.o365relay.queue.DelayTold;
import org.o365relay.queue.Event;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.Submission;
import org.o365relay.queue.Waiting;
import org.o365relay.queue.Withheld;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells authors, once for a message, that it takes long. Looks at open messages in the order they came in, and
/// remembers in the queue how far it has come; what waits already when it looks for the first time is left alone.
///
/// While no mailbox can send anything, a warning would only wait together with the mail: so it waits, too.
final class DelayWatch {

    static final String MARK = "delay-warnings";

    private static final Logger log = LoggerFactory.getLogger(DelayWatch.class);
    private static final int BATCH = 100;

    // These are said by the relay, in the place of an upstream.
    private static final Set<String> OWN = Set.of("unreachable", "tls", "relay");

    private final MessageQueue queue;
    private final Correspondence correspondence;
    private final List<Lane> lanes;
    private final NoticeDesk desk;
    private final RetrySchedule retry;
    private final Journal journal;
    private final InstantSource clock;

    DelayWatch(
            MessageQueue queue,
            List<Lane> lanes,
            NoticeDesk desk,
            RetrySchedule retry,
            Journal journal,
            InstantSource clock) {
        this.queue = queue;
        this.correspondence = queue.correspondence();
        this.lanes = List.copyOf(lanes);
        this.desk = desk;
        this.retry = retry;
        this.journal = journal;
        this.clock = clock;
    }

    /// Warns of what has become old enough since the last look.
    ///
    /// @param goesOn asked between batches
    /// @throws org.o365relay.queue.QueueException if the disk fails; the next look does the rest
    void look(BooleanSupplier goesOn) {
        Duration age = desk.settings().delayWarningAfter();
        if (age.isZero()) {
            return;
        }
        Instant now = clock.instant();
        QueueId end = Correspondence.placeOf(now.minus(age));
        QueueId place = queue.mark(MARK)
                .map(value -> new QueueId(Long.parseLong(value)))
                .filter(reached -> reached.compareTo(Correspondence.placeOf(now)) < 0) // else the clock was set back
                .orElse(end);
        boolean more = place.compareTo(end) <= 0; // else the time was made longer
        while (more && goesOn.getAsBoolean()) {
            Optional<Lane> open = lanes.stream().filter(Lane::isOpen).findFirst();
            if (open.isEmpty()) {
                return;
            }
            Batch batch = correspondence.waiting(place, end, BATCH);
            warn(batch, open.get());
            place = batch.end();
            more = !batch.isLast();
        }
    }

    private void warn(Batch batch, Lane open) {
        List<DelayTold> told = new ArrayList<>();
        for (Waiting waiting : batch.messages()) {
            told(waiting, open).ifPresent(told::add);
        }
        List<@Nullable QueueId> letters =
                correspondence.warn(MARK, Long.toString(batch.end().value()), told);
        for (int i = 0; i < told.size(); i++) {
            tellJournal(batch, told.get(i), letters.get(i));
        }
    }

    private void tellJournal(Batch batch, DelayTold told, @Nullable QueueId letterId) {
        Submission letter = told.letter();
        if (letter != null && letterId != null) {
            journal.accepted(letterId, letter.arrival(), letter.envelope(), letter.size());
        }
        if (letterId != null || letter == null) {
            batch.messages().stream()
                    .filter(waiting -> waiting.id().equals(told.message()))
                    .forEach(waiting -> journal.warned(
                            waiting.id(),
                            waiting.arrival().client(),
                            told.to(),
                            Duration.between(waiting.arrival().at(), clock.instant()),
                            letter == null));
        }
    }

    /// @return empty if nobody is told
    private Optional<DelayTold> told(Waiting waiting, Lane open) {
        List<Recipient> recipients = waiting.recipients().stream()
                .filter(recipient -> mayBeToldOf(waiting, recipient))
                .toList();
        if (recipients.isEmpty()) {
            return Optional.empty();
        }
        Lane lane = open(waiting).orElse(open);
        try {
            Delay delay = delay(waiting, recipients, lane);
            return told(delay, waiting, lane);
        } catch (IOException e) {
            log.error("message {} cannot be read for a warning: {}", waiting.id(), e.getMessage());
        } catch (RuntimeException e) { // the others must be warned all the same
            log.error("nobody can be warned of message {} because of a bug; please report it", waiting.id(), e);
        }
        return Optional.empty();
    }

    private Optional<DelayTold> told(Delay delay, Waiting waiting, Lane lane) {
        NoticeWriter writer = desk.writer(lane.mailbox());
        Optional<EmailAddress> author = writer.addressee(delay);
        if (author.isPresent() && !desk.limit().admits(delay.arrival().client())) {
            Withheld withheld = new Withheld(
                    delay.id(), Withheld.Kind.DELAYED, delay.arrival().client(), author.get(), delay.now());
            return Optional.of(new DelayTold(delay.id(), author.get(), null, withheld));
        }
        return writer.write(delay)
                .map(notice -> NoticeDesk.submission(notice, lane.supply().owner(), waiting.priority(), delay.now()))
                .map(letter ->
                        new DelayTold(delay.id(), letter.envelope().recipients().getFirst(), letter, null));
    }

    // RFC 3461 §4.1: who says nothing leaves it to the relay; who says something wants only that
    private static boolean mayBeToldOf(Waiting waiting, Recipient recipient) {
        Set<Occasion> occasions =
                waiting.envelope().report().of(recipient.address()).occasions();
        return occasions == null || occasions.contains(Occasion.DELAY);
    }

    private Optional<Lane> open(Waiting waiting) {
        return lanes.stream()
                .filter(lane -> lane.serves(waiting.lane()) && lane.isOpen())
                .findFirst();
    }

    private Delay delay(Waiting waiting, List<Recipient> recipients, Lane lane) throws IOException {
        Instant now = clock.instant();
        Optional<Event> trouble = queue.events(waiting.id()).reversed().stream()
                .filter(event -> event.kind().equals("deferred") || event.kind().equals("held"))
                .findFirst();
        boolean own = trouble.map(event -> OWN.contains(event.reason())).orElse(true);
        return new Delay(
                waiting.id(),
                waiting.arrival(),
                waiting.envelope(),
                original(waiting, lane),
                recipients,
                reason(waiting, lane),
                trouble.flatMap(event -> Reply.parse(event.detail())).orElse(null),
                own ? "" : trouble.map(Event::upstream).orElse(""),
                waiting.attempts(),
                retry.until(waiting.arrival().at(), now),
                now);
    }

    private Reason reason(Waiting waiting, Lane lane) {
        if (waiting.reason() != null) {
            return desk.reason(waiting.reason(), lane.mailbox(), "");
        }
        return desk.reason(open(waiting).isPresent() ? GeneralReason.TURN : GeneralReason.MAILBOX, "");
    }

    private static Original original(Waiting waiting, Lane lane) throws IOException {
        try (InputStream content = waiting.content().get()) {
            return lane.rewriter()
                    .rewrite(waiting.id(), waiting.arrival(), waiting.envelope(), content)
                    .original();
        }
    }
}
