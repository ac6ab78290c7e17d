package org.o365relay.deliver;

import org.o365relay.deliver.graph.GraphUpstreamSettings;
import org.o365relay.deliver.smtp.SmtpUpstreamSettings;
import org.o365relay.identity.Credential;

/// Settings of one upstream: a Microsoft 365 service or another mail server.
public sealed interface UpstreamSettings {

    /// @return name of the upstream in the journal, usually host and port
    String name();

    /// @return credential to sign in with
    Credential credential();

    /// Settings of an SMTP upstream: client submission, a connector or a smarthost.
    ///
    /// @param scope scope of access tokens; used only with an OAuth credential
    record Smtp(SmtpUpstreamSettings upstream, Credential credential, String scope) implements UpstreamSettings {
        @Override
        public String name() {
            return upstream.toString();
        }
    }

    /// Settings of a Microsoft Graph upstream (sendMail).
    ///
    /// @param scope scope of access tokens
    record Graph(GraphUpstreamSettings upstream, Credential.OAuth credential, String scope)
            implements UpstreamSettings {
        @Override
        public String name() {
            return upstream.toString();
        }
    }
}
