package org.o365relay.admit;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Decides which senders and recipients are accepted. Addresses without a domain are completed with the default
/// domain, if there is one, before the rules apply.
///
/// @param defaultDomain domain added to addresses that have none; null if addresses are not completed
/// @param postmaster address that receives mail to `postmaster` without a domain (RFC 5321 §4.5.1); unused if
///     there is a default domain
public record AdmissionRules(
        @Nullable String defaultDomain, EmailAddress postmaster, AddressRules senders, AddressRules recipients) {

    /// Creates an instance without sender and recipient rules.
    public AdmissionRules(@Nullable String defaultDomain, EmailAddress postmaster) {
        this(defaultDomain, postmaster, List.of(), List.of());
    }

    public AdmissionRules(
            @Nullable String defaultDomain,
            EmailAddress postmaster,
            List<AddressRule> senders,
            List<AddressRule> recipients) {
        this(
                defaultDomain,
                postmaster,
                new AddressRules("relay.sender-rules", senders),
                new AddressRules("relay.recipient-rules", recipients));
    }

    /// @param sender envelope sender, with or without a domain; null for the null sender
    public Admission sender(InetAddress client, @Nullable EmailAddress sender) {
        return senders.check(client, sender == null ? null : completed(sender));
    }

    /// @param recipient envelope recipient, with or without a domain
    public Admission recipient(InetAddress client, EmailAddress recipient) {
        EmailAddress completed = completed(recipient);
        // RFC 5321 §4.5.1: a bare postmaster is accepted regardless of the rules
        if (recipient.isBarePostmaster()) {
            return new Admission.Admitted(completed.isQualified() ? completed : postmaster);
        }
        return completed.isQualified() ? recipients.check(client, completed) : Admission.Denied.UNQUALIFIED;
    }

    /// @return the first sender rule that matches; empty if none matches
    public Optional<MatchedRule> senderRule(InetAddress client, @Nullable EmailAddress sender) {
        return senders.match(client, sender == null ? null : completed(sender));
    }

    /// @return the first recipient rule that matches; empty if none matches. The rules do not apply to a bare
    ///     `postmaster`
    public Optional<MatchedRule> recipientRule(InetAddress client, EmailAddress recipient) {
        return recipient.isBarePostmaster() ? Optional.empty() : recipients.match(client, completed(recipient));
    }

    private EmailAddress completed(EmailAddress address) {
        return defaultDomain == null || address.isQualified()
                ? address
                : new EmailAddress(address.localPart(), defaultDomain);
    }
}
