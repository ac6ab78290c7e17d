package org.o365relay.exchange;

/// The service that sent a reply.
public enum ReplySource {
    /// An SMTP server that the relay signs in to, such as Exchange Online.
    SUBMISSION,
    /// An SMTP server that the relay does not sign in to: the mail exchanger of the organization, with or without a
    /// connector, or a smarthost.
    CONNECTOR,
    /// Microsoft Entra, in response to a token request: an HTTP status and a text such as `invalid_client:
    /// AADSTS7000215: …`.
    SIGN_IN,
    /// Microsoft Graph: an HTTP status and a text such as `ErrorAccessDenied: …`.
    GRAPH,
    /// A non-delivery report: the reply of Exchange Online, or of the recipient's server, to a message that the
    /// upstream had accepted.
    NDR
}
