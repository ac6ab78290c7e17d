package org.o365relay.accept.session;

import java.util.List;
import org.o365relay.admit.AdmissionRules;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.RewriteRules;
import org.o365relay.route.Routes;

/// Settings of SMTP sessions.
///
/// @param hostname name of the relay in the greeting, in replies and in Received fields
/// @param authWithoutTls whether clients of networks that require AUTH may use it without TLS
/// @param routes routing rules and targets
/// @param mailboxes the relay's own mailboxes; automatic replies to them are rejected as mail loops
/// @param rewriteRules rewriting rules, which apply before the routing rules
public record SessionSettings(
        String hostname,
        SessionLimits limits,
        AdmissionRules rules,
        boolean authWithoutTls,
        Routes routes,
        List<EmailAddress> mailboxes,
        RewriteRules rewriteRules) {

    public SessionSettings {
        mailboxes = List.copyOf(mailboxes);
    }

    /// Creates settings without rewriting rules.
    public SessionSettings(
            String hostname,
            SessionLimits limits,
            AdmissionRules rules,
            boolean authWithoutTls,
            Routes routes,
            List<EmailAddress> mailboxes) {
        this(hostname, limits, rules, authWithoutTls, routes, mailboxes, RewriteRules.NONE);
    }
}
