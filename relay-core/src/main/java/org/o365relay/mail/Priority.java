package org.o365relay.mail;

/// Order in which due messages for the same mailbox are delivered.
public enum Priority {
    /// Delivered before all others; for emails to the admin, such as alerts, and for messages to which a
    /// routing rule gives this priority.
    URGENT,
    NORMAL
}
