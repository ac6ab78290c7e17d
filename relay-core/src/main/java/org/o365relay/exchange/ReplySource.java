package org.o365relay.exchange;

/// Who gives a reply.
public enum ReplySource {
    /// A mail server, in the words of SMTP.
    SMTP,
    /// Microsoft Entra, asked for a token: an HTTP status and `invalid_client: AADSTS7000215: …`.
    SIGN_IN,
    /// Microsoft Graph: an HTTP status and `ErrorAccessDenied: …`.
    GRAPH
}
