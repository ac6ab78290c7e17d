package org.o365relay.daemon.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// Client submission: nothing without signing in, and the mailbox's limits.
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
        SandboxMailbox account = session.mailbox();
        if (account == null) {
            return Optional.of("530 5.7.57 Client not authenticated to send mail.");
        }
        int most = state.settings().limits().connections();
        return state.usages().of(account).isAmongFirst(most, session)
                ? Optional.empty()
                : Optional.of("432 4.3.2 Concurrent connections limit exceeded. Visit"
                        + " https://aka.ms/concurrent_sending for more information.");
    }

    @Override
    public Optional<String> checkRecipient(SandboxSession session, String from, String to, int already) {
        if (already < state.settings().limits().recipientsPerMessage()) {
            return Optional.empty();
        }
        recordError(account(session), RepeatedError.TOO_MANY_RECIPIENTS);
        return Optional.of("452 4.5.3 Too many recipients");
    }

    @Override
    public Optional<String> checkContent(SandboxSession session, Header header, List<String> to) {
        AuthorCheck authors = new AuthorCheck(replies);
        return authors.checkFrom(header).or(() -> checkMailbox(account(session), header, to, authors));
    }

    private Optional<String> checkMailbox(SandboxMailbox account, Header header, List<String> to, AuthorCheck authors) {
        Instant now = state.clock().instant();
        MailboxUsage use = state.usages().of(account);
        Optional<String> sentence = use.penaltyReply(now);
        if (sentence.isPresent()) {
            return sentence.map(replies::error);
        }
        if (account.full()) {
            recordError(account, RepeatedError.MAILBOX_FULL);
            return Optional.of(replies.error("554 5.2.2 mailbox full;"
                    + " STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded;"
                    + " Failed to process message due to a permanent exception with message Cannot submit message."));
        }
        Optional<String> denied = authors.checkSendAs(header, account);
        if (denied.isPresent()) {
            recordError(account, RepeatedError.SEND_AS_DENIED);
            return denied;
        }
        return use.hasQuotaFor(to.size(), now, state.settings())
                ? Optional.empty()
                : Optional.of(replies.error("554 5.2.0"
                        + " STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"
                        + " due to a permanent exception with message The message can't be submitted because the"
                        + " sender's submission quota was exceeded."));
    }

    private void recordError(SandboxMailbox account, RepeatedError offence) {
        state.usages().of(account).recordError(offence, state.clock().instant(), state.settings());
    }

    private static SandboxMailbox account(SandboxSession session) {
        return Objects.requireNonNull(session.mailbox(), "MAIL is only taken after AUTH");
    }
}
