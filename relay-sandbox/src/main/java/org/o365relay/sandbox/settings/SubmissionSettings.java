package org.o365relay.sandbox.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The settings of client submission. `contentLimit` and `disabledExtensions` also apply to the MX.
///
/// @param mailboxes mailboxes that can authenticate
/// @param tarpit delay before the reply to a failed login; about 5 s in Exchange Online
/// @param contentLimit maximum size of one message in octets, enforced after the content has been received.
///     EHLO always announces 157286400, as Exchange Online does regardless of the mailbox's limit
/// @param disabledExtensions EHLO keywords of Exchange Online that the sandbox does not offer, such as `DSN` or
///     `BINARYMIME`; `SIZE`, `AUTH` and `SMTPUTF8` cannot be disabled
/// @param smtpAuth whether the tenant allows SMTP AUTH (the inverse of `SmtpClientAuthenticationDisabled`)
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

    static SubmissionSettings of(List<SandboxMailbox> mailboxes) {
        return new SubmissionSettings(
                mailboxes, Duration.ofSeconds(5), TenantSettings.ADVERTISED_SIZE, Set.of(), BasicAuth.ON, true);
    }

    public SubmissionSettings withMailboxes(SandboxMailbox... newMailboxes) {
        return new SubmissionSettings(
                List.of(newMailboxes), tarpit, contentLimit, disabledExtensions, basicAuth, smtpAuth);
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

    public Optional<SandboxMailbox> mailbox(String name) {
        return mailboxes.stream().filter(mailbox -> mailbox.hasName(name)).findAny();
    }

    /// @return the refusal; empty if both the tenant and the mailbox allow SMTP AUTH
    public Optional<String> smtpAuthRefusal(SandboxMailbox mailbox) {
        if (!smtpAuth) {
            return Optional.of(disabledReply("Tenant"));
        }
        return mailbox.smtpAuth() ? Optional.empty() : Optional.of(disabledReply("Mailbox"));
    }

    private static String disabledReply(String scope) {
        return "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the " + scope
                + ". Visit https://aka.ms/smtp_auth_disabled for more information.";
    }
}
