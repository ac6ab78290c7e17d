package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.DsnRequest.ReturnedContent;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.notice.FailedRecipient;
import org.o365relay.notice.Failure;
import org.o365relay.notice.Notice;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.notice.RelayedMessage;
import org.o365relay.notice.RelayedRecipient;
import org.o365relay.queue.Claim;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotice.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the notices written that a settlement asks for: of what failed, unless the sender does not want to hear
/// of it, and, where the sender wants to hear of success and the upstream will not tell, of what was handed
/// over.
///
/// Each recipient is told of in the settlement that closes it, and in no other; so nobody hears of anything
/// twice.
final class DsnSender {

    private static final Logger log = LoggerFactory.getLogger(DsnSender.class);

    private final MessageQueue queue;
    private final NoticePolicy policy;
    private final EmailAddress mailbox;
    private final NoticeWriter writer;
    private final InstantSource clock;

    /// @param mailbox that the notices leave through
    DsnSender(MessageQueue queue, NoticePolicy desk, EmailAddress mailbox, InstantSource clock) {
        this.queue = queue;
        this.policy = desk;
        this.mailbox = mailbox;
        this.writer = desk.writer(mailbox);
        this.clock = clock;
    }

    /// What is to be committed with the settlement.
    ///
    /// @param failure of what failed
    /// @param suppressed instead, if there were too many about the device
    /// @param relayed of what was handed over
    record Notices(
            Optional<LocalMessage> failure, Optional<SuppressedNotice> suppressed, Optional<LocalMessage> relayed) {

        List<LocalMessage> messages() {
            return Stream.concat(failure.stream(), relayed.stream()).toList();
        }

        /// @return who is told of what failed; null for nobody
        @Nullable
        EmailAddress failureTo() {
            return failure.map(notice -> notice.envelope().recipients().getFirst())
                    .or(() -> suppressed.map(SuppressedNotice::recipient))
                    .orElse(null);
        }
    }

    Notices notices(Claim claim, Attempt attempt, Settlement settlement) {
        List<FailedRecipient> failed = settled(
                        claim, attempt, settlement, NotifyCondition.FAILURE, Failed.class::isInstance)
                .map(entry -> failed(entry.getKey(), entry.getValue()))
                .toList();
        List<RelayedRecipient> relayed = settled(
                        claim, attempt, settlement, NotifyCondition.SUCCESS, Delivered.class::isInstance)
                .filter(entry -> !entry.getValue().response().reportsSuccess())
                .map(entry -> new RelayedRecipient(
                        entry.getKey(), entry.getValue().response().reply()))
                .toList();
        Optional<LocalMessage> report =
                relayed.isEmpty() ? Optional.empty() : relayedNotice(claim, attempt, settlement.upstream(), relayed);
        return failed.isEmpty()
                ? new Notices(Optional.empty(), Optional.empty(), report)
                : failureNotice(failure(claim, attempt, settlement.upstream(), failed), claim, report);
    }

    /// @return the recipients this settlement closes in this way, and of whom the sender wants to hear it
    private static Stream<Entry<Recipient, Result>> settled(
            Claim claim, Attempt attempt, Settlement settlement, NotifyCondition occasion, Predicate<Outcome> outcome) {
        return attempt.results().entrySet().stream()
                .filter(entry -> outcome.test(settlement.outcomes().get(entry.getKey())))
                .filter(entry -> claim.envelope()
                        .dsnRequest()
                        .of(entry.getKey().address())
                        .includes(occasion));
    }

    /// A report of success is never too much: somebody has asked for it.
    private Notices failureNotice(Failure failure, Claim claim, Optional<LocalMessage> report) {
        Optional<EmailAddress> told = writer.addressee(failure);
        if (told.isPresent() && !policy.limit().allowsNotice(failure.arrival().client())) {
            SuppressedNotice withheld = new SuppressedNotice(
                    failure.id(), Kind.FAILED, failure.arrival().client(), told.get(), failure.now());
            return new Notices(Optional.empty(), Optional.of(withheld), report);
        }
        Optional<LocalMessage> notice = submission(claim, failure.now(), () -> writer.write(failure));
        return new Notices(notice, Optional.empty(), report);
    }

    private Failure failure(Claim claim, Attempt attempt, String upstream, List<FailedRecipient> failed) {
        return new Failure(
                claim.id(),
                claim.arrival(),
                claim.envelope(),
                claim.notice(),
                withContent(claim, attempt.original()),
                failed,
                upstream,
                claim.attempts(),
                clock.instant());
    }

    private Optional<LocalMessage> relayedNotice(
            Claim claim, Attempt attempt, String upstream, List<RelayedRecipient> relayed) {
        Instant now = clock.instant();
        RelayedMessage relaying = new RelayedMessage(
                claim.id(),
                claim.arrival(),
                claim.envelope(),
                claim.notice(),
                attempt.original(),
                relayed,
                upstream,
                now);
        return submission(claim, now, () -> writer.write(relaying));
    }

    private static Optional<LocalMessage> submission(Claim claim, Instant now, NoticeSource writing) {
        try {
            return writing.write()
                    .map(notice -> NoticePolicy.localMessage(notice, claim.mailbox(), claim.priority(), now));
        } catch (RuntimeException e) {
            // What the upstream has taken must be settled all the same, or it would be sent again.
            log.error(
                    "the notice about message {} cannot be written because of a bug; please report it", claim.id(), e);
            return Optional.empty();
        }
    }

    @FunctionalInterface
    private interface NoticeSource {
        Optional<Notice> write();
    }

    /// @return with the message in it, if the sender wants it back and it is small
    private ReportedMessage withContent(Claim claim, ReportedMessage original) {
        if (claim.envelope().dsnRequest().returned() != ReturnedContent.FULL
                || claim.size() > ReportedMessage.MAX_CONTENT) {
            return original;
        }
        try (InputStream content = queue.content(claim)) {
            return original.with(content.readAllBytes());
        } catch (IOException e) {
            log.error("message {} cannot be read for its notice: {}", claim.id(), e.getMessage());
            return original;
        }
    }

    private FailedRecipient failed(Recipient recipient, Result result) {
        String advice = result.verdict().advice();
        return new FailedRecipient(
                recipient,
                result.response().reply(),
                result.isFromUpstream(),
                policy.reason(result.reason(), mailbox, advice));
    }
}
