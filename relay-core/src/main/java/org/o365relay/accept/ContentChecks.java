package org.o365relay.accept;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Tolerance;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

/// What there is to object to in a message whose content has come in whole.
final class ContentChecks {

    private ContentChecks() {}

    /// Counts what the device did wrong, once for the message.
    ///
    /// @return why the message is not taken; empty if there is nothing against it
    static Optional<Reply> to(MailTransaction ended, Client client, AcceptSettings settings) {
        HeaderScan header = ended.refusal().isPresent() ? null : ended.header(settings.hostname());
        Set<Deviation> deviations = ended.deviations();
        if (header != null) {
            deviations.addAll(header.deviations());
        }
        if (ended.smtpUtf8()) {
            deviations.remove(Deviation.RAW_8BIT_HEADER); // RFC 6531 §3.6
        }
        deviations.forEach(client.device()::deviated);
        Reply circle = header == null ? null : circle(header, ended, settings);
        return Optional.ofNullable(
                circle == null ? deviation(deviations, client.policy().tolerance()) : circle);
    }

    // RFC 5321 §6.3
    private static @Nullable Reply circle(HeaderScan header, MailTransaction ended, AcceptSettings settings) {
        if (header.notice().isPresent()) {
            return ownNotice(header.notice().get());
        }
        if (header.trace().isPresent()) {
            return beenHere(header.trace().get());
        }
        if (header.received() > settings.limits().hops()) {
            return tooManyHops(header.received());
        }
        return header.automaticReply().isPresent() && goesToOneOf(settings.mailboxes(), ended)
                ? automaticReply(header.automaticReply().get())
                : null;
    }

    private static boolean goesToOneOf(List<EmailAddress> mailboxes, MailTransaction ended) {
        for (EmailAddress mailbox : mailboxes) {
            for (EmailAddress recipient : ended.recipients()) {
                if (recipient.toString().equalsIgnoreCase(mailbox.toString())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static @Nullable Reply deviation(Set<Deviation> deviations, Tolerance tolerance) {
        for (Deviation deviation : deviations) {
            if (!tolerance.accepts(deviation)) {
                return RejectReplies.notTolerated(deviation, 554, "5.6.0", "This device " + deviation.words());
            }
        }
        return null;
    }

    private static Reply ownNotice(QueueId about) {
        return circle("This is the relay's own notice about " + about + ", sent back to it");
    }

    private static Reply beenHere(QueueId before) {
        return circle("This message has been through this relay before (Received: ... id " + before
                + "): a forwarding rule sends it back");
    }

    private static Reply tooManyHops(int hops) {
        return circle("Too many hops: " + hops + " Received fields (relay.limits.hops)");
    }

    private static Reply automaticReply(String field) {
        return circle("An automatic reply (" + RejectReplies.printable(field)
                + ") to the relay's own mailbox would go round in circles");
    }

    private static Reply circle(String reason) {
        return Reply.of(554, "5.4.6", reason);
    }
}
