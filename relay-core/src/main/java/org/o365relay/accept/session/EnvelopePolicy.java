package org.o365relay.accept.session;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Admission;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Intake;

/// Accepts or rejects MAIL and RCPT. First rejects protocol deviations that are not tolerated from the client's
/// network, then checks size and free space, then the sender and recipient rules. The limits of the device are
/// checked last, because that check also counts the message or recipient.
final class EnvelopePolicy {

    private final Client client;
    private final SessionSettings settings;
    private final Intake queue;
    private final SessionErrors errors;

    EnvelopePolicy(Client client, SessionSettings settings, Intake queue, SessionErrors errors) {
        this.client = client;
        this.settings = settings;
        this.queue = queue;
        this.errors = errors;
    }

    /// The result for one MAIL or RCPT.
    sealed interface Decision {

        /// @param address possibly completed with the default domain; null for the null sender
        record Accepted(@Nullable EmailAddress address) implements Decision {}

        record Rejected(Reply reply) implements Decision {}

        record OverLimit(LimitExceeded excess, Reply reply) implements Decision {}
    }

    /// @param hasHelo whether the client has sent EHLO or HELO
    Decision mail(Command.Mail mail, boolean hasHelo) {
        Optional<Reply> rejection = checkDeviations(mail, hasHelo).or(() -> checkSize(mail));
        if (rejection.isPresent()) {
            return new Decision.Rejected(rejection.get());
        }
        return switch (settings.rules().sender(client.address(), mail.sender())) {
            case Admission.Denied denied -> new Decision.Rejected(denied.reply());
            case Admission.Admitted(EmailAddress sender) ->
                client.device()
                        .beginMessage(client.policy().limits())
                        .<Decision>map(excess ->
                                new Decision.OverLimit(excess, RejectReplies.limitExceeded(client.address(), excess)))
                        .orElseGet(() -> new Decision.Accepted(sender));
        };
    }

    Decision rcpt(Command.Rcpt rcpt, MailTransaction transaction) {
        Optional<Reply> rejection = checkDeviations(rcpt, transaction);
        if (rejection.isPresent()) {
            return new Decision.Rejected(rejection.get());
        }
        return switch (settings.rules().recipient(client.address(), rcpt.recipient())) {
            case Admission.Denied denied -> new Decision.Rejected(denied.reply());
            case Admission.Admitted(EmailAddress recipient)
            when recipient == null || transaction.has(recipient) -> new Decision.Accepted(recipient);
            case Admission.Admitted(EmailAddress recipient) -> reserve(recipient, transaction);
        };
    }

    /// Drops SUCCESS from the request unless the recipient rules let this client send to the envelope sender,
    /// to whom success reports go.
    ForRecipient dsnRequest(Command.Rcpt rcpt, MailTransaction transaction) {
        ForRecipient requested = rcpt.dsnRequest().value();
        if (requested.conditions() == null || !requested.includes(NotifyCondition.SUCCESS)) {
            return requested;
        }
        EmailAddress sender = transaction.sender();
        boolean admitted =
                sender != null && settings.rules().recipient(client.address(), sender) instanceof Admission.Admitted;
        return admitted ? requested : requested.without(NotifyCondition.SUCCESS);
    }

    private Decision reserve(EmailAddress recipient, MailTransaction transaction) {
        int max = settings.limits().recipients();
        if (transaction.recipients().size() >= max) {
            return new Decision.Rejected(RejectReplies.tooManyRecipients(max));
        }
        return client.device()
                .reserveRecipient(client.policy().limits())
                .<Decision>map(excess ->
                        new Decision.OverLimit(excess, RejectReplies.recipientLimitExceeded(client.address(), excess)))
                .orElseGet(() -> new Decision.Accepted(recipient));
    }

    private Optional<Reply> checkDeviations(Command.Mail mail, boolean hasHelo) {
        if (!hasHelo && !errors.tolerates(Deviation.NO_HELO)) {
            return Optional.of(RejectReplies.notTolerated(Deviation.NO_HELO, 503, "5.5.1", "Send EHLO or HELO first"));
        }
        Optional<Deviation> refused = errors.firstRefused(mail.deviations());
        if (refused.isPresent()) {
            return Optional.of(RejectReplies.notTolerated(refused.get(), mail));
        }
        EmailAddress sender = mail.sender();
        if (sender == null) {
            return Optional.empty();
        }
        if (!sender.isQualified() && !errors.tolerates(Deviation.UNQUALIFIED_SENDER)) {
            return Optional.of(RejectReplies.unqualifiedSender());
        }
        return sender.isAscii() || mail.requestsSmtpUtf8() || errors.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.senderNotAscii());
    }

    private Optional<Reply> checkDeviations(Command.Rcpt rcpt, MailTransaction transaction) {
        Optional<Deviation> refused = errors.firstRefused(rcpt.deviations());
        if (refused.isPresent()) {
            return Optional.of(RejectReplies.notTolerated(refused.get(), rcpt));
        }
        EmailAddress recipient = rcpt.recipient();
        if (!recipient.isQualified()
                && !recipient.localPart().equalsIgnoreCase("postmaster") // RFC 5321 §4.5.1
                && !errors.tolerates(Deviation.UNQUALIFIED_RECIPIENT)) {
            return Optional.of(RejectReplies.unqualifiedRecipient());
        }
        return recipient.isAscii() || transaction.smtpUtf8() || errors.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.recipientNotAscii());
    }

    private Optional<Reply> checkSize(Command.Mail mail) {
        long size = mail.declaredSize().orElse(0L);
        SizeLimit limit = SizeLimit.of(client.policy(), settings.routes());
        return size > limit.octets()
                ? Optional.of(limit.rejection())
                : queue.shortageFor(size).map(RejectReplies::insufficientStorage);
    }
}
