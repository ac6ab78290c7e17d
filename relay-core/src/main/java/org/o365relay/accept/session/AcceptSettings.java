package org.o365relay.accept.session;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.tls.CertificateFiles;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.Routes;

/// Settings of the SMTP server that all listeners share.
///
/// @param hostname name of the relay in the greeting, in replies and in Received fields
/// @param certificate null if TLS is not configured
/// @param users file with user names and bcrypt hashes; null if no network requires AUTH
/// @param authWithoutTls whether AUTH is offered without TLS
/// @param routes routing rules and targets
/// @param mailboxes the relay's own mailboxes; automatic replies to them are rejected as mail loops
public record AcceptSettings(
        String hostname,
        SessionLimits limits,
        AdmissionRules rules,
        @Nullable CertificateFiles certificate,
        @Nullable Path users,
        boolean authWithoutTls,
        Routes routes,
        List<EmailAddress> mailboxes) {

    public AcceptSettings {
        mailboxes = List.copyOf(mailboxes);
    }
}
