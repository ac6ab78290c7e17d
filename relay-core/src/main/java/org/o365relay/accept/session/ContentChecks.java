package org.o365relay.accept.session;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Tolerance;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// Checks a completely received message for mail loops and for deviations that its network refuses.
final class ContentChecks {

    private ContentChecks() {}

    /// Counts each deviation of the message once.
    ///
    /// @return the reply that rejects the message; empty if it may be accepted
    static Optional<Reply> rejection(MailTransaction transaction, Client client, SessionSettings settings) {
        HeaderScan header = transaction.rejection().isPresent() ? null : transaction.header(settings.hostname());
        Set<Deviation> deviations = transaction.deviations();
        if (header != null) {
            deviations.addAll(header.deviations());
        }
        if (transaction.smtpUtf8()) {
            deviations.remove(Deviation.RAW_8BIT_HEADER); // RFC 6531 §3.6
        }
        deviations.forEach(client.device()::deviated);
        Reply mailLoop = header == null ? null : mailLoop(header, transaction, settings);
        return Optional.ofNullable(
                mailLoop == null ? refusedDeviation(deviations, client.policy().tolerance()) : mailLoop);
    }

    // RFC 5321 §6.3
    private static @Nullable Reply mailLoop(HeaderScan header, MailTransaction transaction, SessionSettings settings) {
        if (header.noticeAbout().isPresent()) {
            return ownNotice(header.noticeAbout().get());
        }
        if (header.previousId().isPresent()) {
            return alreadyRelayed(header.previousId().get());
        }
        if (header.receivedFields() > settings.limits().hops()) {
            return tooManyHops(header.receivedFields());
        }
        return header.automaticReply().isPresent() && isSentToAny(settings.mailboxes(), transaction)
                ? automaticReply(header.automaticReply().get())
                : null;
    }

    private static boolean isSentToAny(List<EmailAddress> mailboxes, MailTransaction transaction) {
        for (EmailAddress mailbox : mailboxes) {
            for (EmailAddress recipient : transaction.recipients()) {
                if (recipient.toString().equalsIgnoreCase(mailbox.toString())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable Reply refusedDeviation(Set<Deviation> deviations, Tolerance tolerance) {
        for (Deviation deviation : deviations) {
            if (!tolerance.accepts(deviation)) {
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
