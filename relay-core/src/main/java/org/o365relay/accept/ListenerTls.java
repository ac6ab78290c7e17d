package org.o365relay.accept;

/// What a listener does about TLS.
public enum ListenerTls {
    /// Plain text only, even if there is a certificate.
    OFF,
    /// STARTTLS is offered if there is a certificate (RFC 3207).
    OPTIONAL,
    /// No mail before STARTTLS.
    REQUIRED,
    /// TLS from the first octet (RFC 8314 §3.3).
    IMPLICIT
}
