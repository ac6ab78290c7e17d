package org.o365relay.ndr;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.exchange.ReplySource;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;
import org.o365relay.notice.FailedRecipient;
import org.o365relay.notice.Failure;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.Event;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.Page;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotice.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what a report asks for: writes into the history of the message that it came back, and tells its
/// author, who is the sender of its envelope. What a report says of itself chooses nobody: anybody can write
/// one.
final class NdrProcessor {

    private static final Logger log = LoggerFactory.getLogger(NdrProcessor.class);

    /// As the relay makes them (rewrite.HeaderComposer).
    private static final Pattern OWN_ID = Pattern.compile("<([0-9A-Za-z]{13})@[^<>@]+>");

    /// Of a message that was divided.
    private static final int MOST_PARTS = 100;

    private final EmailAddress mailbox;
    private final String positionKey;
    private final MessageQueue queue;
    private final SenderNotifier notifier;
    private final Journal journal;
    private final InstantSource clock;
    private final ReplyCatalogue catalogue = ReplyCatalogue.microsoft365();

    /// @param mailbox whose reports these are
    /// @param positionKey remembers how far they have been read
    NdrProcessor(
            EmailAddress mailbox,
            String mark,
            MessageQueue queue,
            SenderNotifier authors,
            Journal journal,
            InstantSource clock) {
        this.mailbox = mailbox;
        this.positionKey = mark;
        this.queue = queue;
        this.notifier = authors;
        this.journal = journal;
        this.clock = clock;
    }

    /// A recipient of a message that came back.
    ///
    /// @param recipient null if the report is about somebody whom the relay did not send it to, such as a
    ///     member of a group or whom it was forwarded to
    private record UndeliveredCopy(
            UndeliveredRecipient undelivered, @Nullable Recipient recipient, Reason reason) {}

    /// @param place how far it has been read with this report
    /// @throws org.o365relay.queue.QueueException if the disk fails; nothing is recorded then
    void process(String place, NonDeliveryReport report) {
        List<Candidate> candidates = candidates(report.messageId());
        Map<Candidate, List<UndeliveredCopy>> returns = new LinkedHashMap<>();
        for (UndeliveredRecipient undelivered : report.recipients()) {
            Optional<Candidate> about = candidates.stream()
                    .filter(candidate -> candidate.recipient(undelivered).isPresent())
                    .findFirst()
                    .or(() -> candidates.stream().findFirst());
            about.ifPresent(candidate -> returns.computeIfAbsent(candidate, _ -> new ArrayList<>())
                    .add(new UndeliveredCopy(
                            undelivered,
                            candidate.recipient(undelivered).orElse(null),
                            notifier.reason(name(undelivered.reply()), mailbox))));
        }
        if (returns.isEmpty()) {
            log.debug("a report in {} is about {}, which is not known", mailbox, report.messageId());
            queue.saveProgress(positionKey, place);
        } else {
            process(place, report, returns);
        }
    }

    private void process(String place, NonDeliveryReport report, Map<Candidate, List<UndeliveredCopy>> returns) {
        Instant now = clock.instant();
        Map<QueueId, List<Event>> events = new LinkedHashMap<>();
        Map<Candidate, SenderNotice> tellings = new LinkedHashMap<>();
        returns.forEach((candidate, list) -> {
            events.put(
                    candidate.message().id(),
                    list.stream().map(one -> event(one, report.reporter(), now)).toList());
            tellings.put(candidate, telling(candidate, list, report.reporter(), now));
        });
        List<LocalMessage> all = tellings.values().stream()
                .flatMap(telling -> telling.letter().stream())
                .toList();
        List<SuppressedNotice> withheld = tellings.values().stream()
                .flatMap(telling -> telling.withheld().stream())
                .toList();
        List<QueueId> ids = queue.saveProgress(positionKey, place, events, all, withheld);
        tellings.forEach((candidate, telling) -> tell(candidate, returns.getOrDefault(candidate, List.of()), telling));
        for (int i = 0; i < all.size(); i++) {
            LocalMessage letter = all.get(i);
            journal.accepted(ids.get(i), letter.arrival(), letter.envelope(), letter.size());
        }
    }

    /// How the author is told.
    ///
    /// @param withheld instead of a letter, if there were too many about the device
    private record SenderNotice(Optional<LocalMessage> letter, Optional<SuppressedNotice> withheld) {

        static final SenderNotice NOBODY = new SenderNotice(Optional.empty(), Optional.empty());

        @Nullable
        EmailAddress to() {
            return letter.map(notice -> notice.envelope().recipients().getFirst())
                    .or(() -> withheld.map(SuppressedNotice::recipient))
                    .orElse(null);
        }
    }

    private void tell(Candidate candidate, List<UndeliveredCopy> returns, SenderNotice telling) {
        for (UndeliveredCopy one : returns) {
            journal.ndr(
                    candidate.message().id(),
                    mailbox,
                    one.undelivered().address(),
                    one.undelivered().reply(),
                    one.reason().advice(),
                    telling.to(),
                    telling.withheld().isPresent());
        }
    }

    private Event event(UndeliveredCopy one, String reporter, Instant now) {
        UndeliveredRecipient undelivered = one.undelivered();
        Recipient recipient = one.recipient();
        String whom = recipient == null ? undelivered.address() + ": " : "";
        return new Event(
                now,
                recipient == null ? null : (Integer) recipient.ordinal(),
                "ndr",
                reporter,
                whom + undelivered.reply(),
                name(undelivered.reply()),
                false);
    }

    private SenderNotice telling(Candidate candidate, List<UndeliveredCopy> returns, String reporter, Instant now) {
        MessageSummary message = candidate.message();
        List<FailedRecipient> failed = returns.stream()
                .flatMap(one -> failed(message, one).stream())
                .filter(one -> message.envelope()
                        .dsnRequest()
                        .of(one.recipient().address())
                        .includes(NotifyCondition.FAILURE))
                .toList();
        if (failed.isEmpty()) {
            return SenderNotice.NOBODY;
        }
        Failure failure = new Failure(
                message.id(),
                message.arrival(),
                message.envelope(),
                message.notice(),
                candidate.original(),
                failed,
                reporter.isEmpty() ? "Exchange Online" : reporter,
                Math.max(1, message.attempts()),
                now,
                true);
        NoticeWriter writer = notifier.writer(mailbox);
        Optional<EmailAddress> addressee = writer.addressee(failure);
        if (addressee.isPresent() && !notifier.allowsNotice(message.arrival().client())) {
            return new SenderNotice(
                    Optional.empty(),
                    Optional.of(new SuppressedNotice(
                            message.id(), Kind.FAILED, message.arrival().client(), addressee.get(), now)));
        }
        return new SenderNotice(
                writer.write(failure).map(notice -> submission(notice, message, now)), Optional.empty());
    }

    private static Optional<FailedRecipient> failed(MessageSummary message, UndeliveredCopy one) {
        UndeliveredRecipient undelivered = one.undelivered();
        // the author may not know the address, but it says who has not got it
        Optional<Recipient> recipient = Optional.ofNullable(one.recipient())
                .or(() -> EmailAddress.parse(undelivered.address())
                        .map(address -> new Recipient(message.recipients().size(), address)));
        return recipient.map(whom -> new FailedRecipient(whom, undelivered.reply(), true, one.reason()));
    }

    private LocalMessage submission(Notice notice, MessageSummary message, Instant now) {
        return new LocalMessage(
                new Arrival(now, InetAddress.getLoopbackAddress(), "", "LOCAL"),
                new RoutedEnvelope(mailbox.toString().toLowerCase(Locale.ROOT), message.priority(), notice.envelope()),
                notice.content());
    }

    /// @return of the reply in the catalogue; empty if it is not known
    private String name(Reply reply) {
        return catalogue.find(ReplySource.SMTP, reply).map(KnownReply::name).orElse("");
    }

    /// A message that a report may be about.
    private record Candidate(MessageSummary message, String subject, String messageId) {

        Optional<Recipient> recipient(UndeliveredRecipient undelivered) {
            return message.recipients().stream()
                    .filter(recipient -> recipient.address().toString().equalsIgnoreCase(undelivered.address()))
                    .findFirst();
        }

        /// The content has gone; this is what is left.
        ReportedMessage original() {
            String header = (subject.isEmpty() ? "" : "Subject: " + encoded(subject) + "\r\n") + "Message-ID: "
                    + messageId + "\r\n";
            return new ReportedMessage(
                    message.envelope().returnPath().orElse(null), header.getBytes(StandardCharsets.ISO_8859_1));
        }

        private static String encoded(String text) {
            try {
                return MimeUtility.encodeText(text, "UTF-8", null);
            } catch (UnsupportedEncodingException always) {
                throw new IllegalStateException("this Java has no UTF-8", always);
            }
        }
    }

    /// @return the messages with this Message-ID; several if one was divided
    private List<Candidate> candidates(String messageId) {
        if (messageId.isEmpty()) {
            return List.of();
        }
        Matcher own = OWN_ID.matcher(messageId);
        Stream<MessageEntry> made = (own.matches() ? QueueId.parse(own.group(1)) : Optional.<QueueId>empty())
                .map(id -> MessageFilter.of(List.of(id))).stream()
                        .flatMap(selection -> lines(selection).stream())
                        .filter(line -> line.messageId().isEmpty());
        MessageFilter written =
                new MessageFilter(List.of(), Set.of(), null, null, null, null, null, null, null, null, messageId, null);
        return Stream.concat(
                        made,
                        lines(written).stream().filter(line -> line.messageId().equals(messageId)))
                .flatMap(
                        line -> queue
                                .messageSummary(line.id())
                                .map(message -> new Candidate(message, line.subject(), messageId))
                                .stream())
                .toList();
    }

    private List<MessageEntry> lines(MessageFilter selection) {
        return queue.reader()
                .find(selection, Page.Order.NEWEST_FIRST, null, MOST_PARTS)
                .entries();
    }
}
