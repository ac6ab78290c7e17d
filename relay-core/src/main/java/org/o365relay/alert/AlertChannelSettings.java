package org.o365relay.alert;

import org.jspecify.annotations.Nullable;

/// How the admin is notified besides emails through a mailbox.
///
/// @param webhook receives every alert; null for none
/// @param command runs for every alert; null for none
/// @param smtp sends alert emails while no mailbox can send; null for none
public record AlertChannelSettings(
        @Nullable WebhookSettings webhook,
        @Nullable AlertCommandSettings command,
        @Nullable AlertSmtpSettings smtp) {

    /// Emails through a mailbox only.
    public static final AlertChannelSettings NONE = new AlertChannelSettings(null, null, null);
}
