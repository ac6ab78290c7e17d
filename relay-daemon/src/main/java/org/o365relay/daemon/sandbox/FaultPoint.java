package org.o365relay.daemon.sandbox;

/// Where in the dialogue a [Fault] may happen.
public enum FaultPoint {
    /// In place of the greeting.
    CONNECT,
    /// EHLO and HELO.
    EHLO,
    /// In place of the answer to STARTTLS.
    STARTTLS,
    /// After the answer to STARTTLS, in place of the TLS handshake.
    HANDSHAKE,
    /// AUTH, when the credentials have come, in place of the verdict.
    AUTH,
    /// MAIL.
    MAIL,
    /// Each RCPT.
    RCPT,
    /// In place of 354.
    DATA,
    /// After the final dot, or the last chunk.
    CONTENT,
    /// QUIT.
    QUIT,
    /// A request to the sign-in service.
    TOKEN,
    /// A request to Microsoft Graph, an upload included.
    GRAPH;

    boolean isSmtp() {
        return this != TOKEN && this != GRAPH;
    }
}
