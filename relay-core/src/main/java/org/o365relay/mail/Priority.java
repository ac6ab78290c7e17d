package org.o365relay.mail;

/// Delivery order of messages for the same mailbox.
public enum Priority {
    /// Delivered before all others; for alerts.
    URGENT,
    NORMAL
}
