package org.o365relay.exchange;

/// The service that sent a reply.
public enum ReplySource {
    /// A mail server, over SMTP.
    SMTP,
    /// Microsoft Entra, in response to a token request: an HTTP status and a text such as `invalid_client:
    /// AADSTS7000215: …`.
    SIGN_IN,
    /// Microsoft Graph: an HTTP status and a text such as `ErrorAccessDenied: …`.
    GRAPH
}
