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

/// Chooses the DSN parameters passed to the upstream (RFC 3461). The upstream sends its reports to the mailbox,
/// because the mailbox is the envelope sender. NOTIFY=SUCCESS is therefore passed on only for mail from the
/// mailbox itself; to all other senders that request it, the relay reports success. A recipient that the
/// rewriting rules added has no NOTIFY, so that the mailbox gets a report about a failure.
final class DsnForwarding {

    private static final Set<NotifyCondition> NEVER = Set.of();

    private DsnForwarding() {}

    static DsnRequest of(Claim claim, EmailAddress mailbox) {
        Envelope envelope = claim.envelope();
        DsnRequest request = envelope.dsnRequest();
        // RFC 3461 §4.1: no reports about notices or mail with a null sender
        if (claim.notice() || envelope.returnPath().isEmpty()) {
            return never(envelope);
        }
        boolean fromMailbox = envelope.returnPath()
                .filter(sender -> sender.key().equals(mailbox.key()))
                .isPresent();
        return fromMailbox || request.recipients().isEmpty() ? request : withoutSuccess(request);
    }

    private static DsnRequest never(Envelope envelope) {
        DsnRequest request = envelope.dsnRequest();
        Map<EmailAddress, ForRecipient> parameters = new HashMap<>();
        envelope.recipients().stream()
                .filter(recipient -> !envelope.isAdded(recipient))
                .forEach(recipient -> parameters.put(
                        recipient, new ForRecipient(NEVER, request.of(recipient).original())));
        return new DsnRequest(request.envelopeId(), request.returned(), parameters);
    }

    private static DsnRequest withoutSuccess(DsnRequest request) {
        Map<EmailAddress, ForRecipient> parameters = new HashMap<>();
        request.recipients()
                .forEach((recipient, given) -> parameters.put(recipient, given.without(NotifyCondition.SUCCESS)));
        return new DsnRequest(request.envelopeId(), request.returned(), parameters);
    }
}
