package org.o365relay.deliver;

import java.util.List;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.mail.EmailAddress;
import org.o365relay.rewrite.RewriteSettings;

/// Settings of one Microsoft 365 mailbox: its upstreams, its limits and how mail is rewritten for it.
///
/// @param account user name for signing in, in lower case; mailboxes with the same account share its limits
/// @param upstreams the primary, then the fallbacks; at least one
public record MailboxSettings(
        EmailAddress address,
        String account,
        List<UpstreamSettings> upstreams,
        AccountLimits limits,
        RewriteSettings rewrite) {

    public MailboxSettings {
        upstreams = List.copyOf(upstreams);
    }
}
