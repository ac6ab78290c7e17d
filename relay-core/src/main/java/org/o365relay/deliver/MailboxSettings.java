package org.o365relay.deliver;

import java.util.List;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteRules;

/// One dedicated Microsoft 365 mailbox: the roads its mail can take, what it may send, and how mail is rewritten for
/// it.
///
/// @param account what is signed in as, in lower case; mailboxes with the same account share its limits, which are
///     then the same
/// @param upstreams at least one; the first that is open is taken
public record MailboxSettings(
        EmailAddress address,
        String account,
        List<UpstreamSettings> upstreams,
        MailboxLimits limits,
        RewriteRules rewrite) {

    public MailboxSettings {
        upstreams = List.copyOf(upstreams);
    }
}
