package org.o365relay.deliver;

import org.o365relay.deliver.graph.GraphUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;

/// One way into Microsoft 365, or to another server.
public sealed interface UpstreamSettings {

    /// @return host and port or whatever names it in the journal
    String name();

    /// @return what it is signed in with
    Credential credential();

    /// SMTP: client submission, a smarthost, a connector.
    ///
    /// @param scope what access tokens are asked for; counts only with an OAuth credential
    record Smtp(SmtpUpstreamSettings upstream, Credential credential, String scope) implements UpstreamSettings {
        @Override
        public String name() {
            return upstream.toString();
        }
    }

    /// Microsoft Graph, sendMail.
    ///
    /// @param scope what access tokens are asked for
    record Graph(GraphUpstreamSettings upstream, Credential.OAuth credential, String scope)
            implements UpstreamSettings {
        @Override
        public String name() {
            return upstream.toString();
        }
    }
}
