package org.o365relay.sandbox.smtp;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.o365relay.sandbox.message.Header;
import org.o365relay.sandbox.message.Ingress;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.tenant.MailboxUsage;
import org.o365relay.sandbox.tenant.RepeatedError;
import org.o365relay.sandbox.tenant.SandboxState;

/// Client submission: requires AUTH and enforces the limits of the mailbox.
record SubmissionService(SandboxState state, ExchangeReplies replies, SSLContext tls) implements SmtpService {

    @Override
    public Ingress ingress() {
        return Ingress.SMTP;
    }

    @Override
    public String securityExtension(SandboxSession session) {
        return session.tls() == null ? "STARTTLS" : "AUTH LOGIN XOAUTH2";
    }

    @Override
    public Optional<String> checkSender(SandboxSession session) {
        SandboxMailbox mailbox = session.mailbox();
        if (mailbox == null) {
            return Optional.of("530 5.7.57 Client not authenticated to send mail.");
        }
        int limit = state.settings().limits().connections();
        return state.usages().of(mailbox).isAmongFirst(limit, session)
                ? Optional.empty()
                : Optional.of("432 4.3.2 Concurrent connections limit exceeded. Visit"
                        + " https://aka.ms/concurrent_sending for more information.");
    }

    @Override
    public Optional<String> checkRecipient(SandboxSession session, String from, String to, int accepted) {
        if (accepted < state.settings().limits().recipientsPerMessage()) {
            return Optional.empty();
        }
        recordError(mailbox(session), RepeatedError.TOO_MANY_RECIPIENTS);
        return Optional.of("452 4.5.3 Too many recipients");
    }

    @Override
    public Optional<String> checkContent(SandboxSession session, Header header, List<String> to) {
        AuthorCheck authors = new AuthorCheck(replies);
        return authors.checkFrom(header).or(() -> checkMailbox(mailbox(session), header, to, authors));
    }

    private Optional<String> checkMailbox(SandboxMailbox mailbox, Header header, List<String> to, AuthorCheck authors) {
        Instant now = state.clock().instant();
        MailboxUsage usage = state.usages().of(mailbox);
        Optional<String> penalty = usage.penaltyReply(now);
        if (penalty.isPresent()) {
            return penalty.map(replies::error);
        }
        if (mailbox.full()) {
            recordError(mailbox, RepeatedError.MAILBOX_FULL);
            return Optional.of(replies.error("554 5.2.2 mailbox full;"
                    + " STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded;"
                    + " Failed to process message due to a permanent exception with message Cannot submit message."));
        }
        Optional<String> denied = authors.checkSendAs(header, mailbox);
        if (denied.isPresent()) {
            recordError(mailbox, RepeatedError.SEND_AS_DENIED);
            return denied;
        }
        return usage.hasQuotaFor(to.size(), now, state.settings())
                ? Optional.empty()
                : Optional.of(replies.error("554 5.2.0"
                        + " STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"
                        + " due to a permanent exception with message The message can't be submitted because the"
                        + " sender's submission quota was exceeded."));
    }

    private void recordError(SandboxMailbox mailbox, RepeatedError error) {
        state.usages().of(mailbox).recordError(error, state.clock().instant(), state.settings());
    }

    private static SandboxMailbox mailbox(SandboxSession session) {
        return Objects.requireNonNull(session.mailbox(), "MAIL requires AUTH");
    }
}
