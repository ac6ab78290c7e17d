package org.o365relay.accept.tls;

/// TLS mode of a listener.
public enum ListenerTls {
    /// Plain text only, even if a certificate is configured.
    OFF,
    /// STARTTLS is offered if a certificate is configured (RFC 3207).
    OPTIONAL,
    /// Mail is accepted only over TLS, after STARTTLS or TLS detection.
    REQUIRED,
    /// TLS starts with the first octet (RFC 8314 §3.3).
    IMPLICIT
}
