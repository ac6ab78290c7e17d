package org.o365relay.sandbox.message;

/// The service by which a message entered the sandbox.
public enum Ingress {
    /// Authenticated client submission.
    SMTP,
    /// Microsoft Graph.
    GRAPH,
    /// The MX, with or without a connector.
    MX
}
