package org.o365relay.accept.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.SessionAction.Send;
import org.o365relay.admit.Admission;
import org.o365relay.admit.AuthPolicy;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DsnRequest.ForRecipient;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Intake;

/// Handles MAIL and RCPT. MAIL checks authentication, protocol deviations, size and free space, and the sender
/// rules; RCPT checks protocol deviations, the recipient rules, and the number of recipients. The limits of the
/// device are checked last, because that check also counts the message or recipient.
final class EnvelopeCommands {

    private static final int MAX_REJECTED_RECIPIENTS = 1_000;

    private static final SessionAction SENDER_OK = new Send(Reply.of(250, "2.1.0", "Sender ok"));
    private static final SessionAction RECIPIENT_OK = new Send(Reply.of(250, "2.1.5", "Recipient ok"));

    private final Client client;
    private final SessionSettings settings;
    private final SizeLimit sizeLimit;
    private final Intake queue;
    private final ClientState state;
    private final SessionErrors errors;
    private final MessageReceiver receiver;

    EnvelopeCommands(
            Client client,
            SessionSettings settings,
            Intake queue,
            ClientState state,
            SessionErrors errors,
            MessageReceiver receiver) {
        this.client = client;
        this.settings = settings;
        this.sizeLimit = SizeLimit.of(client.policy(), settings.routes());
        this.queue = queue;
        this.state = state;
        this.errors = errors;
        this.receiver = receiver;
    }

    SessionAction mail(Command.Mail mail) {
        if (receiver.transaction() != null) {
            return errors.error(Reply.of(503, "5.5.1", "Nested MAIL command"));
        }
        Optional<Reply> rejection = authenticationRequired()
                .or(() -> refusedDeviation(mail))
                .or(() -> tooLarge(mail.declaredSize().orElse(0L)));
        if (rejection.isPresent()) {
            return errors.reject(mail.sender(), null, rejection.get());
        }
        return switch (settings.rules().sender(client.address(), mail.sender())) {
            case Admission.Denied denied -> errors.reject(mail.sender(), null, denied.reply());
            case Admission.Admitted(EmailAddress sender) ->
                client.device()
                        .beginMessage(client.policy().limits())
                        .map(excess -> rejectOverLimit(mail, excess))
                        .orElseGet(() -> accept(mail, sender));
        };
    }

    /// @param sender envelope sender, completed with the default domain if it had none; null for the null
    ///     sender
    private SessionAction accept(Command.Mail mail, @Nullable EmailAddress sender) {
        receiver.begin(new MailTransaction(
                mail,
                sender,
                queue.receive(),
                settings.hostname(),
                settings.limits().connections()));
        return SENDER_OK;
    }

    private SessionAction rejectOverLimit(Command.Mail mail, LimitExceeded excess) {
        return errors.limitExceeded(mail.sender(), null, excess, RejectReplies.limitExceeded(client.address(), excess));
    }

    /// Adds all recipients of the command, or none: there is one reply for all.
    SessionAction rcpt(Command.Rcpt rcpt) {
        MailTransaction current = receiver.transaction();
        if (current == null) {
            return errors.error(Reply.of(503, "5.5.1", "Need MAIL before RCPT"));
        }
        Optional<Deviation> refused = client.firstRefused(rcpt.deviations());
        if (refused.isPresent()) {
            return reject(rcpt.recipients().getFirst(), current, RejectReplies.notTolerated(refused.get(), rcpt));
        }
        Map<EmailAddress, EmailAddress> added = new LinkedHashMap<>(); // as sent, by the address to use
        for (EmailAddress sent : rcpt.recipients()) {
            Optional<Reply> rejection = refusedDeviation(sent, current);
            if (rejection.isPresent()) {
                return reject(sent, current, rejection.get());
            }
            switch (settings.rules().recipient(client.address(), sent)) {
                case Admission.Denied denied -> {
                    return reject(sent, current, denied.reply());
                }
                case Admission.Admitted(EmailAddress admitted) ->
                    added.putIfAbsent(admitted == null ? sent : admitted, sent);
            }
        }
        added.keySet().removeIf(current::has);
        return added.isEmpty()
                ? errors.countIdleCommand().orElseGet(() -> RECIPIENT_OK)
                : reserve(rcpt, current, added);
    }

    /// @param added new recipients as sent, by the address that the recipient rules returned
    private SessionAction reserve(Command.Rcpt rcpt, MailTransaction current, Map<EmailAddress, EmailAddress> added) {
        int max = settings.limits().recipients();
        if (current.recipients().size() + added.size() > max) {
            return reject(rcpt.recipients().getLast(), current, RejectReplies.tooManyRecipients(max));
        }
        int reserved = 0;
        for (EmailAddress sent : added.values()) {
            Optional<LimitExceeded> excess =
                    client.device().reserveRecipient(client.policy().limits());
            if (excess.isPresent()) {
                client.device().release(reserved);
                return rejectOverLimit(sent, current, excess.get());
            }
            reserved++;
        }
        added.keySet().forEach(recipient -> current.add(recipient, dsnRequest(rcpt, current)));
        return RECIPIENT_OK;
    }

    private SessionAction rejectOverLimit(EmailAddress recipient, MailTransaction current, LimitExceeded excess) {
        Reply reply = RejectReplies.recipientLimitExceeded(client.address(), excess);
        return tooManyRejected(current, reply)
                .orElseGet(() -> errors.limitExceeded(current.sender(), recipient, excess, reply));
    }

    private SessionAction reject(EmailAddress recipient, MailTransaction current, Reply reply) {
        return tooManyRejected(current, reply).orElseGet(() -> errors.reject(current.sender(), recipient, reply));
    }

    private Optional<SessionAction> tooManyRejected(MailTransaction current, Reply reply) {
        return current.rejectRecipient() > MAX_REJECTED_RECIPIENTS
                ? Optional.of(errors.rejectAndClose(
                        Reply.of(421, "4.7.0", "Too many rejected recipients, last error: " + reply.text())))
                : Optional.empty();
    }

    /// Removes SUCCESS from the request unless the recipient rules allow this client to send to the envelope
    /// sender, because success reports are sent to that address.
    private ForRecipient dsnRequest(Command.Rcpt rcpt, MailTransaction current) {
        ForRecipient requested = rcpt.dsnRequest().value();
        if (requested.conditions() == null || !requested.includes(NotifyCondition.SUCCESS)) {
            return requested;
        }
        EmailAddress sender = current.sender();
        boolean admitted =
                sender != null && settings.rules().recipient(client.address(), sender) instanceof Admission.Admitted;
        return admitted ? requested : requested.without(NotifyCondition.SUCCESS);
    }

    private Optional<Reply> authenticationRequired() {
        return client.policy().auth() == AuthPolicy.REQUIRED && !state.isAuthenticated()
                ? Optional.of(Reply.of(530, "5.7.0", "Authentication required (relay.trusted-networks: auth)"))
                : Optional.empty();
    }

    private Optional<Reply> refusedDeviation(Command.Mail mail) {
        if (!state.isGreeted() && !client.tolerates(Deviation.NO_HELO)) {
            return Optional.of(RejectReplies.notTolerated(Deviation.NO_HELO, 503, "5.5.1", "Send EHLO or HELO first"));
        }
        Optional<Deviation> refused = client.firstRefused(mail.deviations());
        if (refused.isPresent()) {
            return Optional.of(RejectReplies.notTolerated(refused.get(), mail));
        }
        EmailAddress sender = mail.sender();
        if (sender == null) {
            return Optional.empty();
        }
        if (!sender.isQualified() && !client.tolerates(Deviation.UNQUALIFIED_SENDER)) {
            return Optional.of(RejectReplies.unqualifiedSender());
        }
        return sender.isAscii() || mail.requestsSmtpUtf8() || client.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.senderNotAscii());
    }

    private Optional<Reply> refusedDeviation(EmailAddress recipient, MailTransaction current) {
        if (!recipient.isQualified()
                && !recipient.isBarePostmaster()
                && !client.tolerates(Deviation.UNQUALIFIED_RECIPIENT)) {
            return Optional.of(RejectReplies.unqualifiedRecipient());
        }
        return recipient.isAscii() || current.smtpUtf8() || client.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.recipientNotAscii());
    }

    private Optional<Reply> tooLarge(long declaredSize) {
        return declaredSize > sizeLimit.octets()
                ? Optional.of(sizeLimit.rejection())
                : RejectReplies.ifQueueRejects(queue, declaredSize);
    }
}
