package org.o365relay.accept;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.Admission;
import org.o365relay.admit.LimitExceeded;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportRequest.Occasion;
import org.o365relay.mail.ReportRequest.OfRecipient;
import org.o365relay.queue.MessageQueue;

/// Whether MAIL and RCPT are granted: by the tolerance of the client's network, by size and room, by the
/// rules, and last, because it costs, by what the device has left of its limits.
final class EnvelopePolicy {

    private final Client client;
    private final AcceptSettings settings;
    private final MessageQueue queue;
    private final SessionErrors conduct;

    EnvelopePolicy(Client client, AcceptSettings settings, MessageQueue queue, SessionErrors conduct) {
        this.client = client;
        this.settings = settings;
        this.queue = queue;
        this.conduct = conduct;
    }

    /// What is said to MAIL or RCPT.
    sealed interface Verdict {

        /// @param address perhaps completed; null for the null sender
        record Granted(@Nullable EmailAddress address) implements Verdict {}

        record Refused(Reply reply) implements Verdict {}

        record Overdrawn(LimitExceeded overdraft, Reply reply) implements Verdict {}
    }

    /// @param introduced whether the client has said EHLO or HELO
    Verdict mail(Command.Mail mail, boolean introduced) {
        Optional<Reply> refusal = manners(mail, introduced).or(() -> size(mail));
        if (refusal.isPresent()) {
            return new Verdict.Refused(refusal.get());
        }
        return switch (settings.rules().sender(client.address(), mail.sender())) {
            case Admission.Denied denied -> new Verdict.Refused(denied.reply());
            case Admission.Admitted(EmailAddress sender) ->
                client.device()
                        .begin(client.policy().limits())
                        .<Verdict>map(overdraft ->
                                new Verdict.Overdrawn(overdraft, RejectReplies.overdrawn(client.address(), overdraft)))
                        .orElseGet(() -> new Verdict.Granted(sender));
        };
    }

    Verdict rcpt(Command.Rcpt rcpt, MailTransaction transaction) {
        Optional<Reply> refusal = manners(rcpt, transaction);
        if (refusal.isPresent()) {
            return new Verdict.Refused(refusal.get());
        }
        return switch (settings.rules().recipient(client.address(), rcpt.recipient())) {
            case Admission.Denied denied -> new Verdict.Refused(denied.reply());
            case Admission.Admitted(EmailAddress recipient)
            when recipient == null || transaction.has(recipient) -> new Verdict.Granted(recipient);
            case Admission.Admitted(EmailAddress recipient) -> oneMore(recipient, transaction);
        };
    }

    /// A report that a client asks for goes to the sender it names, so that must be one to whom the client
    /// could write itself; the wish to hear of success counts for no other.
    OfRecipient wishes(Command.Rcpt rcpt, MailTransaction transaction) {
        OfRecipient asked = rcpt.wishes().wishes();
        if (asked.occasions() == null || !asked.wants(Occasion.SUCCESS)) {
            return asked;
        }
        EmailAddress sender = transaction.sender();
        boolean admitted =
                sender != null && settings.rules().recipient(client.address(), sender) instanceof Admission.Admitted;
        return admitted ? asked : asked.without(Occasion.SUCCESS);
    }

    private Verdict oneMore(EmailAddress recipient, MailTransaction transaction) {
        int most = settings.limits().recipients();
        if (transaction.recipients().size() >= most) {
            return new Verdict.Refused(RejectReplies.tooManyRecipients(most));
        }
        return client.device()
                .reserve(client.policy().limits())
                .<Verdict>map(overdraft ->
                        new Verdict.Overdrawn(overdraft, RejectReplies.recipientOverdrawn(client.address(), overdraft)))
                .orElseGet(() -> new Verdict.Granted(recipient));
    }

    private Optional<Reply> manners(Command.Mail mail, boolean introduced) {
        if (!introduced && !conduct.tolerates(Deviation.NO_HELO)) {
            return Optional.of(RejectReplies.notTolerated(Deviation.NO_HELO, 503, "5.5.1", "Say EHLO or HELO first"));
        }
        Optional<Deviation> refused = conduct.refusedOf(mail.deviations());
        if (refused.isPresent()) {
            return Optional.of(RejectReplies.notTolerated(refused.get(), mail));
        }
        EmailAddress sender = mail.sender();
        if (sender == null) {
            return Optional.empty();
        }
        if (!sender.isQualified() && !conduct.tolerates(Deviation.UNQUALIFIED_SENDER)) {
            return Optional.of(RejectReplies.unqualifiedSender());
        }
        return sender.isAscii() || mail.asksForUtf8() || conduct.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.senderNotAscii());
    }

    private Optional<Reply> manners(Command.Rcpt rcpt, MailTransaction transaction) {
        Optional<Deviation> refused = conduct.refusedOf(rcpt.deviations());
        if (refused.isPresent()) {
            return Optional.of(RejectReplies.notTolerated(refused.get(), rcpt));
        }
        EmailAddress recipient = rcpt.recipient();
        if (!recipient.isQualified()
                && !recipient.localPart().equalsIgnoreCase("postmaster") // RFC 5321 §4.5.1
                && !conduct.tolerates(Deviation.UNQUALIFIED_RECIPIENT)) {
            return Optional.of(RejectReplies.unqualifiedRecipient());
        }
        return recipient.isAscii() || transaction.smtpUtf8() || conduct.tolerates(Deviation.UNDECLARED_UTF8)
                ? Optional.empty()
                : Optional.of(RejectReplies.recipientNotAscii());
    }

    private Optional<Reply> size(Command.Mail mail) {
        long size = mail.declaredSize().orElse(0L);
        SizeLimit most = SizeLimit.of(client.policy(), settings.routes());
        return size > most.octets()
                ? Optional.of(most.refusal())
                : queue.shortageFor(size).map(RejectReplies::noRoom);
    }
}
