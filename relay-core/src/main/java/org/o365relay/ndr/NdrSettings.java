package org.o365relay.ndr;

import java.net.URI;
import java.time.Duration;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

/// The NDR source of a mailbox.
///
/// @param mailbox a configured mailbox
/// @param pollInterval how often the source is checked for new reports
public record NdrSettings(EmailAddress mailbox, Graph source, Duration pollInterval) {

    /// A mail folder read with Microsoft Graph.
    ///
    /// @param graphUrl base URL without version and trailing slash: `https://graph.microsoft.com`
    /// @param folder its ID, or its well-known name in English: `inbox`
    /// @param scope the scope that access tokens are requested for
    public record Graph(URI graphUrl, String folder, Credential.OAuth credential, String scope) {}
}
