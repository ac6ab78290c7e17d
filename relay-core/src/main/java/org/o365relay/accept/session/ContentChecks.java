package org.o365relay.accept.session;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.queue.Intake;
import org.o365relay.route.Target;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checks the content of a message. Sizes and free space are checked while the content is received; mail loops
/// and deviations that the client's network refuses are checked when the content is complete.
final class ContentChecks {

    private static final Logger log = LoggerFactory.getLogger(ContentChecks.class);

    private final Client client;
    private final SessionSettings settings;
    private final SizeLimit sizeLimit;
    private final Intake queue;

    ContentChecks(Client client, SessionSettings settings, SizeLimit sizeLimit, Intake queue) {
        this.client = client;
        this.settings = settings;
        this.sizeLimit = sizeLimit;
        this.queue = queue;
    }

    /// Rejects the message if it or its header is too large, or if the queue cannot take it at present.
    void checkProgress(MailTransaction transaction) {
        HeaderScan header = transaction.header();
        if (transaction.rejection().isEmpty()) {
            tooLarge(transaction)
                    .or(() -> header.isTooLarge() ? Optional.of(HeaderSizeLimit.EXCEEDED) : Optional.empty())
                    .or(() -> header.hasEnded() ? tooLargeForTarget(transaction) : Optional.empty())
                    .or(() -> RejectReplies.ifQueueRejects(queue, 0))
                    .ifPresent(transaction::reject);
        }
    }

    /// Checks a completely received message. Counts each of its deviations once.
    ///
    /// @return the reply that rejects the message; empty if it may be accepted
    Optional<Reply> rejection(MailTransaction transaction) {
        transaction.endHeader();
        checkProgress(transaction);
        Optional<Reply> refusedContent = refusedContent(transaction);
        return transaction.rejection().or(() -> refusedContent).or(() -> tooLargeForTarget(transaction));
    }

    private Optional<Reply> tooLarge(MailTransaction transaction) {
        return transaction.size() > sizeLimit.octets() ? Optional.of(sizeLimit.rejection()) : Optional.empty();
    }

    /// Rejects the message for all recipients even if it is too large for only one of their mailboxes or pools,
    /// because there is only one reply after the final dot. A copy for a recipient that the rewriting rules add
    /// is left out instead.
    private Optional<Reply> tooLargeForTarget(MailTransaction transaction) {
        List<RoutedEnvelope> requested =
                parts(transaction).stream().filter(part -> !part.isAddedCopy()).toList();
        return settings.routes()
                .firstOverSizeLimit(requested, transaction.size())
                .map(target -> RejectReplies.tooLargeFor(target.name(), target.messageSize()));
    }

    /// @param size size of the complete message, which is not rejected, in octets
    /// @return the parts to commit: all except a copy that is too large for the mailbox or pool of a recipient
    ///     that the rewriting rules add
    List<RoutedEnvelope> accepted(MailTransaction transaction, long size) {
        return parts(transaction).stream()
                .filter(part -> tooSmallFor(part, size).isEmpty())
                .toList();
    }

    /// Logs the copy that [#accepted] leaves out, if any.
    void logOmittedCopy(MailTransaction transaction, long size, QueueId id) {
        for (RoutedEnvelope part : parts(transaction)) {
            tooSmallFor(part, size)
                    .ifPresent(target -> log.warn(
                            "message {} is not sent to {}, which a rewriting rule adds: it has {} octets, and {}"
                                    + " accepts at most {}",
                            id,
                            part.envelope().recipients().getFirst(),
                            size,
                            target.name(),
                            target.messageSize()));
        }
    }

    private Optional<Target> tooSmallFor(RoutedEnvelope part, long size) {
        return part.isAddedCopy() ? settings.routes().firstOverSizeLimit(List.of(part), size) : Optional.empty();
    }

    private List<RoutedEnvelope> parts(MailTransaction transaction) {
        return transaction.parts(settings, client.address());
    }

    private Optional<Reply> refusedContent(MailTransaction transaction) {
        HeaderScan header = transaction.header();
        boolean scanned = transaction.rejection().isEmpty();
        Set<Deviation> deviations = transaction.deviations();
        if (scanned) {
            deviations.addAll(header.deviations());
        }
        if (transaction.smtpUtf8()) {
            deviations.remove(Deviation.RAW_8BIT_HEADER); // RFC 6531 §3.6
        }
        deviations.forEach(client::deviated);
        Reply mailLoop = scanned ? mailLoop(header, transaction) : null;
        return Optional.ofNullable(mailLoop == null ? refusedDeviation(deviations) : mailLoop);
    }

    // RFC 5321 §6.3
    private @Nullable Reply mailLoop(HeaderScan header, MailTransaction transaction) {
        if (header.noticeAbout().isPresent()) {
            return ownNotice(header.noticeAbout().get());
        }
        if (header.previousId().isPresent()) {
            return alreadyRelayed(header.previousId().get());
        }
        if (header.receivedFields() > settings.limits().hops()) {
            return tooManyHops(header.receivedFields());
        }
        return header.automaticReply().isPresent() && isSentToOwnMailbox(transaction)
                ? automaticReply(header.automaticReply().get())
                : null;
    }

    private boolean isSentToOwnMailbox(MailTransaction transaction) {
        for (EmailAddress mailbox : settings.mailboxes()) {
            for (RoutedEnvelope part : parts(transaction)) {
                if (part.envelope().recipients().stream()
                        .filter(recipient -> !part.envelope().isAdded(recipient))
                        .anyMatch(recipient -> recipient.key().equals(mailbox.key()))) {
                    return true;
                }
            }
        }
        return false;
    }

    private @Nullable Reply refusedDeviation(Set<Deviation> deviations) {
        for (Deviation deviation : deviations) {
            if (!client.accepts(deviation)) {
                return RejectReplies.notTolerated(
                        deviation, 554, "5.6.0", "Message rejected: the device " + deviation.description());
            }
        }
        return null;
    }

    private static Reply ownNotice(QueueId message) {
        return loop("Mail loop: this is the relay's own notice about " + message);
    }

    private static Reply alreadyRelayed(QueueId id) {
        return loop("Mail loop: this relay already received the message as " + id + "; check forwarding rules");
    }

    private static Reply tooManyHops(int hops) {
        return loop("Too many hops: " + hops + " Received fields (relay.limits.hops)");
    }

    private static Reply automaticReply(String field) {
        return loop("Mail loop: automatic reply (" + RejectReplies.printable(field) + ") to the relay's own mailbox");
    }

    private static Reply loop(String reason) {
        return Reply.of(554, "5.4.6", reason);
    }
}
