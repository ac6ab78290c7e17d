package org.o365relay.exchange;

/// The service that sent a reply.
public enum ReplySource {
    /// A mail server, by SMTP.
    SMTP,
    /// Microsoft Entra, to a token request: an HTTP status and `invalid_client: AADSTS7000215: …`.
    SIGN_IN,
    /// Microsoft Graph: an HTTP status and `ErrorAccessDenied: …`.
    GRAPH
}
