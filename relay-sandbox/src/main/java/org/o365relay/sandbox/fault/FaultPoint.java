package org.o365relay.sandbox.fault;

/// The point in the protocol at which a [Fault] is injected.
public enum FaultPoint {
    /// Before the greeting.
    CONNECT,
    /// At EHLO and HELO.
    EHLO,
    /// At STARTTLS, before the reply.
    STARTTLS,
    /// After the reply to STARTTLS, before the TLS handshake.
    HANDSHAKE,
    /// At AUTH, after the credentials have been received.
    AUTH,
    /// At MAIL.
    MAIL,
    /// At each RCPT.
    RCPT,
    /// At DATA, before the 354 reply.
    DATA,
    /// After the final dot or the last BDAT chunk.
    CONTENT,
    /// At QUIT.
    QUIT,
    /// At a request to the token service.
    TOKEN,
    /// At a request to Microsoft Graph, after its token and mailbox have been checked; also at an upload.
    GRAPH;

    boolean isSmtp() {
        return this != TOKEN && this != GRAPH;
    }
}
