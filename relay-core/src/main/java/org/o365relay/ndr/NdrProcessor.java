package org.o365relay.ndr;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.KnownReply;
import org.o365relay.exchange.ReplyCatalogue;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.Ndr;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.ndr.NonDeliveryReport.UndeliveredRecipient;
import org.o365relay.ndr.ReportedMessageFinder.Candidate;
import org.o365relay.notice.FailedRecipient;
import org.o365relay.notice.Failure;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.Reason;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageSummary;
import org.o365relay.queue.NdrStore;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotice.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Processes NDRs: adds an event for each failed recipient to the history of the reported message, and notifies
/// the envelope sender, or the admin if the sender cannot be reached. The recipient of the notice is never
/// taken from the report, because reports can be forged.
final class NdrProcessor {

    private static final Logger log = LoggerFactory.getLogger(NdrProcessor.class);

    private static final int MAX_LOGGED = 5;

    private final EmailAddress mailbox;
    private final String positionKey;
    private final NdrStore queue;
    private final ReportedMessageFinder messages;
    private final SenderNotifier notifier;
    private final Journal journal;
    private final InstantSource clock;
    private final ReplyCatalogue catalogue = ReplyCatalogue.microsoft365();

    /// @param mailbox the mailbox that receives the reports
    /// @param positionKey name under which the queue stores the position in the folder
    NdrProcessor(
            EmailAddress mailbox,
            String positionKey,
            NdrStore queue,
            SenderNotifier notifier,
            Journal journal,
            InstantSource clock) {
        this.mailbox = mailbox;
        this.positionKey = positionKey;
        this.queue = queue;
        this.messages = new ReportedMessageFinder(queue);
        this.notifier = notifier;
        this.journal = journal;
        this.clock = clock;
    }

    /// A failed recipient and the reason.
    ///
    /// @param recipient the recipient in the envelope; null if the relay did not send the message to this
    ///     address, for example because it belongs to a member of a group or is a forwarding address
    private record FailedDelivery(
            UndeliveredRecipient undelivered, @Nullable Recipient recipient, Reason reason) {}

    /// @param position position in the folder after this report
    /// @throws org.o365relay.queue.QueueException if the queue cannot be read or written; in that case, nothing
    ///     is recorded
    void process(String position, NonDeliveryReport report) {
        List<Candidate> candidates = messages.candidates(report);
        Map<Candidate, List<FailedDelivery>> failures = new LinkedHashMap<>();
        for (UndeliveredRecipient undelivered : report.recipients()) {
            List<Candidate> matching = ReportedMessageFinder.matching(candidates, undelivered, report.arrival());
            if (matching.size() > 1) {
                logAmbiguous(undelivered, matching);
            } else {
                matching.forEach(candidate -> failures.computeIfAbsent(candidate, _ -> new ArrayList<>())
                        .add(new FailedDelivery(
                                undelivered,
                                candidate.recipient(undelivered).orElse(null),
                                notifier.reason(catalogueName(undelivered), mailbox))));
            }
        }
        if (failures.isEmpty()) {
            log.debug("an NDR in {} reports the unknown message {}", mailbox, report.messageIds());
            queue.savePosition(positionKey, position);
        } else {
            process(position, report, failures);
        }
    }

    private void logAmbiguous(UndeliveredRecipient undelivered, List<Candidate> matching) {
        log.warn(
                "an NDR in {} reports that {} was not reached: {}. It is not recorded, and the sender is not notified,"
                        + " because {} messages with the same Message-ID may be meant: {}. Check whether the device"
                        + " uses a Message-ID more than once",
                mailbox,
                undelivered.address(),
                undelivered.reply(),
                matching.size(),
                matching.stream()
                        .limit(MAX_LOGGED)
                        .map(candidate -> candidate.message().id().toString())
                        .collect(Collectors.joining(", ")));
    }

    private void process(String position, NonDeliveryReport report, Map<Candidate, List<FailedDelivery>> failures) {
        Instant now = clock.instant();
        Map<QueueId, List<HistoryEntry>> events = new LinkedHashMap<>();
        Map<Candidate, Notification> notifications = new LinkedHashMap<>();
        failures.forEach((candidate, list) -> {
            events.put(
                    candidate.message().id(),
                    list.stream()
                            .map(failure -> event(failure, report.reporter(), now))
                            .toList());
            notifications.put(candidate, notification(candidate, list, report.reporter(), now));
        });
        List<LocalMessage> notices = notifications.values().stream()
                .flatMap(notification -> notification.notice().stream())
                .toList();
        List<SuppressedNotice> suppressed = notifications.values().stream()
                .flatMap(notification -> notification.suppressed().stream())
                .toList();
        List<QueueId> ids = queue.record(positionKey, position, events, notices, suppressed);
        notifications.forEach(
                (candidate, notification) -> log(candidate, failures.getOrDefault(candidate, List.of()), notification));
        for (int i = 0; i < notices.size(); i++) {
            LocalMessage notice = notices.get(i);
            journal.record(new Accepted(ids.get(i), notice.arrival(), notice.envelope(), notice.size()));
        }
    }

    /// The notice about a reported message, or the suppressed notice. Both are empty if no notice is allowed or
    /// possible.
    ///
    /// @param suppressed present instead of a notice if the device has reached its notice limit
    private record Notification(Optional<LocalMessage> notice, Optional<SuppressedNotice> suppressed) {

        static final Notification NONE = new Notification(Optional.empty(), Optional.empty());

        @Nullable
        EmailAddress to() {
            return notice.map(local -> local.envelope().recipients().getFirst())
                    .or(() -> suppressed.map(SuppressedNotice::recipient))
                    .orElse(null);
        }
    }

    private void log(Candidate candidate, List<FailedDelivery> failures, Notification notification) {
        for (FailedDelivery failure : failures) {
            journal.record(new Ndr(
                    candidate.message().id(),
                    candidate.message().arrival(),
                    mailbox,
                    failure.undelivered().address(),
                    failure.undelivered().server(),
                    failure.undelivered().reply(),
                    catalogueName(failure.undelivered()),
                    failure.reason().advice(),
                    notification.to(),
                    notification.suppressed().isPresent()));
        }
    }

    private HistoryEntry event(FailedDelivery failure, String reporter, Instant now) {
        UndeliveredRecipient undelivered = failure.undelivered();
        Recipient recipient = failure.recipient();
        String prefix = recipient == null ? undelivered.address() + ": " : "";
        return new HistoryEntry(
                now,
                recipient == null ? null : (Integer) recipient.ordinal(),
                "ndr",
                reporter,
                prefix + undelivered.reply(),
                catalogueName(undelivered),
                false);
    }

    private Notification notification(
            Candidate candidate, List<FailedDelivery> failures, String reporter, Instant now) {
        MessageSummary message = candidate.message();
        List<FailedRecipient> failed = failures.stream()
                .flatMap(failure -> failed(message, failure).stream())
                .filter(failure ->
                        wantsNotice(message.envelope(), failure.recipient().address()))
                .toList();
        if (failed.isEmpty()) {
            return Notification.NONE;
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
        Optional<EmailAddress> noticeRecipient = writer.noticeRecipient(failure);
        if (noticeRecipient.isPresent()
                && !notifier.allowsNotice(message.arrival().client())) {
            return new Notification(
                    Optional.empty(),
                    Optional.of(new SuppressedNotice(
                            message.id(), Kind.FAILED, message.arrival().client(), noticeRecipient.get(), now)));
        }
        return new Notification(
                writer.write(failure).map(notice -> localMessage(notice, message, now)), Optional.empty());
    }

    /// @param recipient a recipient of the message, or the address that it was forwarded to
    private static boolean wantsNotice(Envelope envelope, EmailAddress recipient) {
        return envelope.recipients().contains(recipient)
                ? envelope.wantsNotice(recipient, NotifyCondition.FAILURE)
                : !envelope.recipients().stream().allMatch(envelope::isAdded);
    }

    private static Optional<FailedRecipient> failed(MessageSummary message, FailedDelivery failure) {
        UndeliveredRecipient undelivered = failure.undelivered();
        // the sender may not know this address, but the address shows which copy was not delivered
        Optional<Recipient> recipient = Optional.ofNullable(failure.recipient())
                .or(() -> EmailAddress.parse(undelivered.address())
                        .map(address -> new Recipient(message.recipients().size(), address)));
        return recipient.map(address -> new FailedRecipient(address, undelivered.reply(), true, failure.reason()));
    }

    private LocalMessage localMessage(Notice notice, MessageSummary message, Instant now) {
        return new LocalMessage(
                Arrival.local(now),
                new RoutedEnvelope(mailbox.key().toString(), message.priority(), notice.envelope()),
                notice.content());
    }

    /// @return the catalogue name of the reply; empty if it is unknown
    private String catalogueName(UndeliveredRecipient undelivered) {
        return catalogue
                .findReported(undelivered.reply(), Cloud.isMailServer(undelivered.server()))
                .map(KnownReply::name)
                .orElse("");
    }
}
