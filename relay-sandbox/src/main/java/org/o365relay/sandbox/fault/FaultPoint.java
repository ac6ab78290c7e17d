package org.o365relay.sandbox.fault;

/// The point in the protocol at which a [Fault] is injected.
public enum FaultPoint {
    /// Instead of the greeting.
    CONNECT,
    /// At EHLO and HELO.
    EHLO,
    /// Instead of the reply to STARTTLS.
    STARTTLS,
    /// After the reply to STARTTLS, instead of the TLS handshake.
    HANDSHAKE,
    /// At AUTH, after the credentials have been received.
    AUTH,
    /// At MAIL.
    MAIL,
    /// At each RCPT.
    RCPT,
    /// At DATA, instead of 354.
    DATA,
    /// After the final dot or the last BDAT chunk.
    CONTENT,
    /// At QUIT.
    QUIT,
    /// At a request to the token service.
    TOKEN,
    /// At a request to Microsoft Graph, including uploads.
    GRAPH;

    boolean isSmtp() {
        return this != TOKEN && this != GRAPH;
    }
}
