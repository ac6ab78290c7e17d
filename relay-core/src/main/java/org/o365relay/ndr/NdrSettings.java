package org.o365relay.ndr;

import java.net.URI;
import java.time.Duration;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

/// Where a mailbox gets its reports.
///
/// @param mailbox one of the relay's
/// @param pollInterval how often it is looked for new ones
public record NdrSettings(EmailAddress mailbox, Graph source, Duration pollInterval) {

    /// Microsoft Graph.
    ///
    /// @param graphUrl without a version and a final slash: `https://graph.microsoft.com`
    /// @param folder its ID, or its well-known name in English: `inbox`
    /// @param scope what access tokens are asked for
    public record Graph(URI graphUrl, String folder, Credential.OAuth credential, String scope) {}
}
