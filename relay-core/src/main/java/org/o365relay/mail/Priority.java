package org.o365relay.mail;

/// What leaves first, of messages that wait for the same mailbox.
public enum Priority {
    /// Overtakes; for alerts.
    URGENT,
    NORMAL
}
