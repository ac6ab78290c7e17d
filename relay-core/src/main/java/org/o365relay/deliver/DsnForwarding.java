package org.o365relay.deliver;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.queue.Claim;

/// What the upstream is told of the sender's wishes. It reports to the envelope sender of the relay, the
/// mailbox: so nobody else's wish to hear of success is passed on, and the relay reports that itself.
final class DsnForwarding {

    private static final Set<NotifyCondition> NO_OCCASION = Set.of();

    private DsnForwarding() {}

    static DsnRequest of(Claim claim, EmailAddress mailbox) {
        Envelope envelope = claim.envelope();
        DsnRequest report = envelope.dsnRequest();
        // RFC 3461 §4.1: nobody waits for a report about a report
        if (claim.notice() || envelope.returnPath().isEmpty()) {
            return never(envelope);
        }
        boolean fromMailbox = envelope.returnPath()
                .filter(sender -> sender.toString().equalsIgnoreCase(mailbox.toString()))
                .isPresent();
        return fromMailbox || report.recipients().isEmpty() ? report : withoutSuccess(report);
    }

    private static DsnRequest never(Envelope envelope) {
        DsnRequest report = envelope.dsnRequest();
        Map<EmailAddress, ForRecipient> wishes = new HashMap<>();
        envelope.recipients()
                .forEach(recipient -> wishes.put(
                        recipient,
                        new ForRecipient(NO_OCCASION, report.of(recipient).original())));
        return new DsnRequest(report.envelopeId(), report.returned(), wishes);
    }

    private static DsnRequest withoutSuccess(DsnRequest report) {
        Map<EmailAddress, ForRecipient> wishes = new HashMap<>();
        report.recipients()
                .forEach((recipient, asked) -> wishes.put(recipient, asked.without(NotifyCondition.SUCCESS)));
        return new DsnRequest(report.envelopeId(), report.returned(), wishes);
    }
}
