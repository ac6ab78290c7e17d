package org.o365relay.accept;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.Routes;

/// What the front half is told before it starts, besides where to listen.
///
/// @param hostname what the relay calls itself
/// @param certificate null for no TLS
/// @param users names and bcrypt hashes for those who must log in; null if nobody must
/// @param authWithoutTls whether those may log in without TLS
/// @param routes which mailbox a message leaves through
/// @param mailboxes whose mail this relay sends; automatic answers to them would go round in circles
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
