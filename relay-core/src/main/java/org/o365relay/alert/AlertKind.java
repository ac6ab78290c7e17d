package org.o365relay.alert;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The kinds of alerts. The name of an alert is the key of its kind, followed by the affected mailbox or the
/// IP address of the device: `mailbox-blocked relay@contoso.com`. If the alert concerns the whole relay, its
/// name is only the key: `disk-low`. In the name of an alert about a credential, the key is followed by the
/// credential's kind, name and time of expiry.
public enum AlertKind {
    /// A mailbox is blocked.
    MAILBOX_BLOCKED,
    /// The upstream of a mailbox cannot be reached, and no fallback can be used.
    UNREACHABLE,
    /// A mailbox sends through a fallback upstream.
    FAILOVER,
    /// The oldest waiting message has waited too long.
    QUEUE_AGE,
    /// Too many messages are waiting.
    QUEUE_LENGTH,
    /// Free disk space is close to its minimum.
    DISK_LOW,
    /// Free disk space is below its minimum, and new mail is rejected.
    DISK_FULL,
    /// The queue is near its maximum size.
    QUEUE_LARGE,
    /// The queue has exceeded its maximum size, and new mail is rejected.
    QUEUE_FULL,
    /// The queue cannot be written, and new mail is rejected.
    QUEUE_UNUSABLE,
    /// Part of the queue is damaged.
    QUEUE_DAMAGED,
    /// A device exceeded one of its limits.
    LIMIT_EXCEEDED,
    /// A credential or client certificate of the relay expires soon or has expired.
    EXPIRING;

    /// @return the first word of the alert's name, such as `mailbox-blocked`
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// @param subject what the alert concerns, such as a mailbox or an IP address
    /// @return the name of the alert
    public String alertName(Object subject) {
        return key() + " " + subject;
    }

    /// @param alert name of an alert
    /// @return its kind; empty if no kind of alert has such a name
    public static Optional<AlertKind> of(String alert) {
        String key = alert.split(" ", 2)[0];
        return Arrays.stream(values()).filter(kind -> kind.key().equals(key)).findFirst();
    }

    /// @return whether mail is not accepted, or at least one mailbox cannot send, while such an alert is active
    public boolean stopsMail() {
        return switch (this) {
            case MAILBOX_BLOCKED, UNREACHABLE, DISK_FULL, QUEUE_FULL, QUEUE_UNUSABLE -> true;
            case FAILOVER, QUEUE_AGE, QUEUE_LENGTH, DISK_LOW, QUEUE_LARGE, QUEUE_DAMAGED, LIMIT_EXCEEDED, EXPIRING ->
                false;
        };
    }
}
