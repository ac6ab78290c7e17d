package org.o365relay.deliver.notify;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.notice.AdminWarning;
import org.o365relay.notice.FailedRecipient;
import org.o365relay.notice.Failure;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.RelayedMessage;
import org.o365relay.notice.RelayedRecipient;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotice.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Composes the DSNs that a settlement requires (RFC 3461): about failed recipients, unless the sender opted
/// out, and about relayed recipients, if the sender asked for success notices and the upstream does not send
/// them.
///
/// Each recipient appears only in the notices of the settlement that records its outcome, so no sender is
/// notified twice about the same recipient.
public final class DsnComposer {

    private static final Logger log = LoggerFactory.getLogger(DsnComposer.class);

    private final Claims queue;
    private final NoticePolicy policy;
    private final EmailAddress mailbox;
    private final InstantSource clock;

    /// @param mailbox mailbox that sends the notices
    public DsnComposer(Claims queue, NoticePolicy policy, EmailAddress mailbox, InstantSource clock) {
        this.queue = queue;
        this.policy = policy;
        this.mailbox = mailbox;
        this.clock = clock;
    }

    private NoticeWriter writer() {
        return policy.writer(mailbox);
    }

    /// The notices that are committed together with the settlement.
    ///
    /// @param failure DSN about the failed recipients
    /// @param suppressed record of a failure DSN that is not sent because the device has reached its notice
    ///     limit
    /// @param relayed DSN about the relayed recipients
    /// @param warning email to the admin about recipients who have probably received the message
    public record Notices(
            Optional<LocalMessage> failure,
            Optional<SuppressedNotice> suppressed,
            Optional<LocalMessage> relayed,
            Optional<LocalMessage> warning) {

        public static final Notices NONE =
                new Notices(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        public List<LocalMessage> messages() {
            return Stream.of(failure, relayed, warning)
                    .flatMap(Optional::stream)
                    .toList();
        }

        private Notices withWarning(Optional<LocalMessage> email) {
            return new Notices(failure, suppressed, relayed, email);
        }

        /// @return recipient of the failure notice, whether sent or suppressed; otherwise the recipient of the
        ///     warning; null if there is neither
        public @Nullable EmailAddress failureTo() {
            return failure.map(notice -> notice.envelope().recipients().getFirst())
                    .or(() -> suppressed.map(SuppressedNotice::recipient))
                    .or(() -> warning.map(email -> email.envelope().recipients().getFirst()))
                    .orElse(null);
        }
    }

    /// @param verdicts verdicts of the recipients that were not settled yet
    /// @param original header and, if requested, content of the received message, which the notices contain
    public Notices notices(
            Claim claim, Map<Recipient, Verdict> verdicts, ReportedMessage original, Settlement settlement) {
        List<FailedRecipient> failed = settled(
                        claim, verdicts, settlement, NotifyCondition.FAILURE, Failed.class::isInstance)
                .filter(entry -> !isForAdmin(entry.getValue()))
                .map(entry -> failed(entry.getKey(), entry.getValue()))
                .toList();
        List<RelayedRecipient> relayed = settled(
                        claim, verdicts, settlement, NotifyCondition.SUCCESS, Delivered.class::isInstance)
                .filter(entry -> !entry.getValue().response().reportsSuccess())
                .map(entry -> new RelayedRecipient(
                        entry.getKey(), entry.getValue().response().reply()))
                .toList();
        Optional<LocalMessage> report =
                relayed.isEmpty() ? Optional.empty() : relayedNotice(claim, original, settlement.upstream(), relayed);
        Notices notices = failed.isEmpty()
                ? new Notices(Optional.empty(), Optional.empty(), report, Optional.empty())
                : failureNotice(failure(claim, original, settlement.upstream(), failed), claim, report);
        return notices.withWarning(warning(claim, verdicts, settlement.upstream()));
    }

    /// The author should not resend a message that was probably delivered, and is therefore notified only if
    /// there is no admin.
    private boolean isForAdmin(Verdict verdict) {
        return verdict.isProbablyDelivered() && policy.settings().admin() != null;
    }

    private Optional<LocalMessage> warning(Claim claim, Map<Recipient, Verdict> verdicts, String upstream) {
        List<Recipient> unconfirmed = verdicts.keySet().stream()
                .filter(recipient -> isForAdmin(Objects.requireNonNull(verdicts.get(recipient))))
                .toList();
        if (unconfirmed.isEmpty() || claim.notice()) { // no email about the relay's own email
            return Optional.empty();
        }
        Verdict verdict = Objects.requireNonNull(verdicts.get(unconfirmed.getFirst()));
        AdminWarning warning = ProbableDeliveryWarning.warning(claim, unconfirmed, verdict, upstream);
        return localNotice(claim, clock.instant(), () -> writer().write(warning));
    }

    /// The notices about a message that an operator bounces. For each recipient, the DSN contains the last
    /// reply of an upstream before the bounce, and the reason for that reply.
    ///
    /// @param verdicts verdict of the bounce for each recipient that was not settled yet
    public Notices bounceNotices(
            Claim claim, Map<Recipient, Verdict> verdicts, ReportedMessage original, Settlement settlement) {
        List<HistoryEntry> history = history(claim);
        List<FailedRecipient> failed = settled(
                        claim, verdicts, settlement, NotifyCondition.FAILURE, Failed.class::isInstance)
                .map(entry -> bounced(entry.getKey(), entry.getValue(), history))
                .toList();
        String upstream = LastReply.upstream(history);
        return failed.isEmpty()
                ? Notices.NONE
                : failureNotice(failure(claim, original, upstream, failed), claim, Optional.empty());
    }

    private List<HistoryEntry> history(Claim claim) {
        try {
            return queue.history(claim);
        } catch (QueueException e) {
            log.warn(
                    "the history of message {} cannot be read, so its notice does not contain the last reply: {}",
                    claim.id(),
                    e.getMessage());
            return List.of();
        }
    }

    private FailedRecipient bounced(Recipient recipient, Verdict verdict, List<HistoryEntry> history) {
        return LastReply.in(history.stream()
                        .filter(event -> event.recipient() == null || event.recipient() == recipient.ordinal())
                        .filter(event -> !LastReply.isOwnLimit(event))
                        .toList())
                .map(last -> new FailedRecipient(
                        recipient,
                        last.reply(),
                        !last.upstream().isEmpty(),
                        policy.bounceReason(policy.reason(last.reason(), mailbox, ""))))
                .orElseGet(() -> failed(recipient, verdict));
    }

    /// @return the recipients with this outcome about whom the sender wants a notice
    private static Stream<Entry<Recipient, Verdict>> settled(
            Claim claim,
            Map<Recipient, Verdict> verdicts,
            Settlement settlement,
            NotifyCondition condition,
            Predicate<Outcome> outcome) {
        return verdicts.entrySet().stream()
                .filter(entry -> outcome.test(settlement.outcomes().get(entry.getKey())))
                .filter(entry -> claim.envelope().wantsNotice(entry.getKey().address(), condition));
    }

    /// Applies the device's notice limit to the failure notice.
    private Notices failureNotice(Failure failure, Claim claim, Optional<LocalMessage> report) {
        NoticeWriter writer = writer();
        Optional<EmailAddress> noticeRecipient = writer.noticeRecipient(failure);
        if (noticeRecipient.isPresent()
                && !policy.limit().allowsNotice(failure.arrival().client())) {
            SuppressedNotice suppressed = new SuppressedNotice(
                    failure.id(), Kind.FAILED, failure.arrival().client(), noticeRecipient.get(), failure.occurredAt());
            return new Notices(Optional.empty(), Optional.of(suppressed), report, Optional.empty());
        }
        Optional<LocalMessage> notice = localNotice(claim, failure.occurredAt(), () -> writer.write(failure));
        return new Notices(notice, Optional.empty(), report, Optional.empty());
    }

    private Failure failure(Claim claim, ReportedMessage original, String upstream, List<FailedRecipient> failed) {
        return new Failure(
                claim.id(),
                claim.arrival(),
                claim.envelope(),
                claim.notice(),
                withContent(claim, original),
                failed,
                upstream,
                claim.attempts(),
                clock.instant());
    }

    /// Applies the device's notice limit to the success notice, too, because the sender may be forged. A notice
    /// above the limit is not listed in a digest.
    private Optional<LocalMessage> relayedNotice(
            Claim claim, ReportedMessage original, String upstream, List<RelayedRecipient> relayed) {
        Instant now = clock.instant();
        RelayedMessage message = new RelayedMessage(
                claim.id(), claim.arrival(), claim.envelope(), claim.notice(), original, relayed, upstream, now);
        Optional<LocalMessage> report = localNotice(claim, now, () -> writer().write(message));
        if (report.isPresent() && !policy.limit().allowsNotice(claim.arrival().client())) {
            log.info(
                    "no success report about message {} is sent, because the limit of notices for {} is reached",
                    claim.id(),
                    claim.arrival().client().getHostAddress());
            return Optional.empty();
        }
        return report;
    }

    private static Optional<LocalMessage> localNotice(Claim claim, Instant now, NoticeSource source) {
        try {
            return source.write()
                    .map(notice -> NoticePolicy.localMessage(notice, claim.mailbox(), claim.priority(), now));
        } catch (RuntimeException e) {
            // Recipients that the upstream accepted must still be settled, or the message would be sent again.
            log.error("no notice about message {} is sent because of a bug; please report it", claim.id(), e);
            return Optional.empty();
        }
    }

    @FunctionalInterface
    private interface NoticeSource {
        Optional<Notice> write();
    }

    /// @return the original, with its full content if the sender asked for it (RET=FULL) and it is small
    private ReportedMessage withContent(Claim claim, ReportedMessage original) {
        if (claim.envelope().dsnRequest().returned() != ReturnedContent.FULL
                || claim.size() > ReportedMessage.MAX_CONTENT) {
            return original;
        }
        try (InputStream content = queue.content(claim)) {
            return original.with(content.readAllBytes());
        } catch (IOException e) {
            log.error(
                    "message {} cannot be read, so its notice has only the header fields: {}",
                    claim.id(),
                    e.getMessage());
            return original;
        }
    }

    private FailedRecipient failed(Recipient recipient, Verdict verdict) {
        String advice = verdict.advice();
        return new FailedRecipient(
                recipient,
                verdict.response().reply(),
                verdict.isFromUpstream(),
                policy.reason(verdict.reason(), mailbox, advice),
                verdict.isProbablyDelivered());
    }
}
