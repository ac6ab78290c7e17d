package org.o365relay.admit;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Which senders and recipients are let through.
///
/// @param defaultDomain completes addresses that have no domain; null for none
/// @param postmaster who gets mail to a bare `postmaster` (RFC 5321 §4.5.1)
public record AdmissionRules(@Nullable String defaultDomain, EmailAddress postmaster) {

    /// @param sender null for the null sender
    public Admission sender(InetAddress client, @Nullable EmailAddress sender) {
        return new Admission.Admitted(sender);
    }

    /// @param recipient perhaps unqualified
    public Admission recipient(InetAddress client, EmailAddress recipient) {
        return recipient.isQualified()
                ? new Admission.Admitted(recipient)
                : new Admission.Denied("Not a full address: give the recipient as name@domain");
    }
}
