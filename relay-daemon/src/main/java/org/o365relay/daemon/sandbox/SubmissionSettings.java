package org.o365relay.daemon.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Client submission.
///
/// @param mailboxes who may sign in
/// @param tarpit how long a wrong login waits for its answer; Office 365 takes about 5 s
/// @param contentLimit octets of one message; more is refused after the content. EHLO says 157286400 whatever
///     this is, as Office 365 does whatever the mailbox's limit is
/// @param disabledExtensions EHLO keywords that Office 365 offers and this sandbox does not, such as `DSN` or
///     `BINARYMIME`
/// @param smtpAuth the tenant's switch (SmtpClientAuthenticationDisabled, the other way round)
public record SubmissionSettings(
        List<SandboxMailbox> mailboxes,
        Duration tarpit,
        long contentLimit,
        Set<String> disabledExtensions,
        BasicAuth basicAuth,
        boolean smtpAuth) {

    public SubmissionSettings {
        mailboxes = List.copyOf(mailboxes);
        disabledExtensions = Set.copyOf(disabledExtensions);
    }

    static SubmissionSettings of(List<SandboxMailbox> accounts) {
        return new SubmissionSettings(
                accounts, Duration.ofSeconds(5), SandboxSettings.ADVERTISED_SIZE, Set.of(), BasicAuth.ON, true);
    }

    public SubmissionSettings withMailboxes(SandboxMailbox... newAccounts) {
        return new SubmissionSettings(
                List.of(newAccounts), tarpit, contentLimit, disabledExtensions, basicAuth, smtpAuth);
    }

    public SubmissionSettings withTarpit(Duration newTarpit) {
        return new SubmissionSettings(mailboxes, newTarpit, contentLimit, disabledExtensions, basicAuth, smtpAuth);
    }

    public SubmissionSettings withContentLimit(long newLimit) {
        return new SubmissionSettings(mailboxes, tarpit, newLimit, disabledExtensions, basicAuth, smtpAuth);
    }

    public SubmissionSettings withoutExtensions(String... keywords) {
        return new SubmissionSettings(mailboxes, tarpit, contentLimit, Set.of(keywords), basicAuth, smtpAuth);
    }

    public SubmissionSettings with(BasicAuth newBasicAuth) {
        return new SubmissionSettings(mailboxes, tarpit, contentLimit, disabledExtensions, newBasicAuth, smtpAuth);
    }

    public SubmissionSettings withSmtpAuth(boolean on) {
        return new SubmissionSettings(mailboxes, tarpit, contentLimit, disabledExtensions, basicAuth, on);
    }

    Optional<SandboxMailbox> mailbox(String name) {
        return mailboxes.stream().filter(account -> account.hasName(name)).findAny();
    }

    /// @return the refusal; empty if the tenant and the mailbox allow SMTP AUTH
    Optional<String> smtpAuthRefusal(SandboxMailbox account) {
        if (!smtpAuth) {
            return Optional.of(disabledReply("Tenant"));
        }
        return account.smtpAuth() ? Optional.empty() : Optional.of(disabledReply("Mailbox"));
    }

    private static String disabledReply(String whom) {
        return "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the " + whom
                + ". Visit https://aka.ms/smtp_auth_disabled for more information.";
    }
}
