package org.o365relay.daemon.sandbox;

/// How a message came in.
public enum Ingress {
    /// Client submission, signed in.
    SMTP,
    /// Microsoft Graph.
    GRAPH,
    /// As from any server on the internet, or through a connector.
    MX
}
