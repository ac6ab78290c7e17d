package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.notice.Digest;
import org.o365relay.notice.Digest.Fate;
import org.o365relay.queue.Correspondence;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.Submission;
import org.o365relay.queue.WithheldMessage;
import org.o365relay.queue.WithheldPile;

/// Tells people in one letter of what was withheld from them within an hour. Digests about one device have the
/// same limit of their own as notices have: should it name hundreds of authors, the others are told later.
final class Digests {

    private static final int MAX_LISTED = 50;

    /// How long it may take at most, unless the disk is in trouble, until what is withheld is on disk: so nothing comes
    /// onto a pile while its digest is written.
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(10);

    private final Correspondence correspondence;
    private final List<Lane> lanes;
    private final NoticeDesk desk;
    private final NoticeLimit limit;
    private final Journal journal;
    private final InstantSource clock;

    Digests(MessageQueue queue, List<Lane> lanes, NoticeDesk desk, Journal journal, InstantSource clock) {
        this.correspondence = queue.correspondence();
        this.lanes = List.copyOf(lanes);
        this.desk = desk;
        this.limit = new NoticeLimit(desk.settings().perDevicePerHour(), clock);
        this.journal = journal;
        this.clock = clock;
    }

    /// Sends the digests whose hour is over, if a mailbox can send.
    ///
    /// @param goesOn asked between letters
    /// @throws RuntimeException if one of them cannot be sent, after the others; the next look tries again
    void look(BooleanSupplier goesOn) {
        limit.tidy();
        Instant now = clock.instant();
        RuntimeException first = null;
        for (WithheldPile pile : correspondence.piles(now.minus(ON_ITS_WAY))) {
            Optional<Lane> open = lanes.stream().filter(Lane::isOpen).findFirst();
            if (open.isEmpty() || !goesOn.getAsBoolean()) {
                break;
            }
            try {
                sendInTime(pile, open.get(), now);
            } catch (RuntimeException e) { // one damaged page must not keep the others from being sent
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void sendInTime(WithheldPile pile, Lane lane, Instant now) {
        boolean isOver = !now.isBefore(pile.since().plus(NoticeLimit.HOUR));
        if (isOver && limit.hasRoom(pile.client()) && send(pile, lane, now)) {
            limit.admits(pile.client()); // it is counted when it is on its way
        }
    }

    /// @return whether it is on its way
    private boolean send(WithheldPile pile, Lane lane, Instant now) {
        List<WithheldMessage> messages = correspondence.withheld(pile, MAX_LISTED);
        Optional<WithheldMessage> newest =
                messages.isEmpty() ? Optional.empty() : Optional.of(messages.getLast()); // all may be damaged
        EmailAddress mailbox = lane.mailbox();
        Digest digest = new Digest(
                pile.recipient(),
                pile.client(),
                newest.map(WithheldMessage::helo).orElse(""),
                pile.count(),
                messages.stream().map(message -> line(message, mailbox)).toList(),
                now);
        Submission letter = NoticeDesk.submission(
                desk.writer(mailbox)
                        .write(digest, newest.map(WithheldMessage::id).orElseGet(() -> Correspondence.placeOf(now))),
                lane.supply().owner(),
                Priority.NORMAL,
                now);
        Optional<QueueId> sent = correspondence.send(pile, letter);
        sent.ifPresent(id -> journal.accepted(id, letter.arrival(), letter.envelope(), letter.size()));
        return sent.isPresent();
    }

    private Digest.Line line(WithheldMessage message, EmailAddress mailbox) {
        String subject = message.subject() == null ? "" : message.subject();
        Fate fate = fate(message);
        boolean hasReason = fate != Fate.DELIVERED && !message.reason().isEmpty();
        String reason = hasReason ? desk.reason(message.reason(), mailbox, "").cause() : "";
        return new Digest.Line(message.receivedAt(), subject, message.recipients(), fate, reason);
    }

    private static Fate fate(WithheldMessage message) {
        return switch (message.kind()) {
            case FAILED -> Fate.FAILED;
            case DELAYED -> {
                if (!message.settled()) {
                    yield Fate.DELAYED;
                }
                yield message.recipients().isEmpty() ? Fate.FAILED : Fate.DELIVERED;
            }
        };
    }
}
