package org.o365relay.daemon.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// Client submission: nothing without signing in, and the mailbox's limits.
record SubmissionService(SandboxState office, ExchangeReplies replies, SSLContext tls) implements SmtpService {

    @Override
    public Ingress road() {
        return Ingress.SMTP;
    }

    @Override
    public String security(SandboxSession session) {
        return session.tls() == null ? "STARTTLS" : "AUTH LOGIN XOAUTH2";
    }

    @Override
    public Optional<String> refusesSender(SandboxSession session) {
        SandboxMailbox account = session.account();
        if (account == null) {
            return Optional.of("530 5.7.57 Client not authenticated to send mail.");
        }
        int most = office.settings().limits().connections();
        return office.mailboxes().of(account).isAmongFirst(most, session)
                ? Optional.empty()
                : Optional.of("432 4.3.2 Concurrent connections limit exceeded. Visit"
                        + " https://aka.ms/concurrent_sending for more information.");
    }

    @Override
    public Optional<String> refusesRecipient(SandboxSession session, String from, String to, int already) {
        if (already < office.settings().limits().recipientsPerMessage()) {
            return Optional.empty();
        }
        offend(account(session), RepeatedError.TOO_MANY_RECIPIENTS);
        return Optional.of("452 4.5.3 Too many recipients");
    }

    @Override
    public Optional<String> refusesContent(SandboxSession session, Header header, List<String> to) {
        AuthorCheck authors = new AuthorCheck(replies);
        return authors.malformed(header).or(() -> refusesMailbox(account(session), header, to, authors));
    }

    private Optional<String> refusesMailbox(
            SandboxMailbox account, Header header, List<String> to, AuthorCheck authors) {
        Instant now = office.clock().instant();
        MailboxUsage use = office.mailboxes().of(account);
        Optional<String> sentence = use.sentence(now);
        if (sentence.isPresent()) {
            return sentence.map(replies::error);
        }
        if (account.full()) {
            offend(account, RepeatedError.MAILBOX_FULL);
            return Optional.of(replies.error("554 5.2.2 mailbox full;"
                    + " STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded;"
                    + " Failed to process message due to a permanent exception with message Cannot submit message."));
        }
        Optional<String> denied = authors.denied(header, account);
        if (denied.isPresent()) {
            offend(account, RepeatedError.SEND_AS_DENIED);
            return denied;
        }
        return use.hasQuotaFor(to.size(), now, office.settings())
                ? Optional.empty()
                : Optional.of(replies.error("554 5.2.0"
                        + " STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"
                        + " due to a permanent exception with message The message can't be submitted because the"
                        + " sender's submission quota was exceeded."));
    }

    private void offend(SandboxMailbox account, RepeatedError offence) {
        office.mailboxes().of(account).offend(offence, office.clock().instant(), office.settings());
    }

    private static SandboxMailbox account(SandboxSession session) {
        return Objects.requireNonNull(session.account(), "MAIL is only taken after AUTH");
    }
}
