package org.o365relay.ndr;

import java.net.URI;
import java.time.Duration;
import org.o365relay.identity.Credential;
import org.o365relay.mail.EmailAddress;

/// The NDR source of a mailbox.
///
/// @param mailbox the mailbox to which the reports are sent
/// @param pollInterval interval at which the source is checked for new reports
public record NdrSettings(EmailAddress mailbox, Graph source, Duration pollInterval) {

    /// A mail folder read with Microsoft Graph.
    ///
    /// @param graphUrl base URL without the version or a trailing slash, such as `https://graph.microsoft.com`
    /// @param folder ID or well-known name of the folder, such as `inbox`
    /// @param scope the OAuth scope of the access tokens
    public record Graph(URI graphUrl, String folder, Credential.OAuth credential, String scope) {}
}
