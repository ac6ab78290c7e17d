package org.o365relay.exchange;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The upstream services, with their ports and limits as of November 2026. The configuration of a
/// mailbox can override the limits.
public enum Preset {
    /// Client submission with a mailbox (SMTP AUTH).
    ///
    /// Sources: Microsoft, "How to set up a multifunction device or application to send email using Microsoft
    /// 365" (host, port, 30 messages per minute, 3 connections, 10,000 recipients per day); "Exchange Online
    /// limits" (500 recipients per message unless the admin allows more, 35 MB). The preset leaves one of the
    /// three connections to other clients of the mailbox.
    OFFICE365(587, 30, 2, 10_000, 500, 35L << 20),
    /// Microsoft Graph, sendMail. The mailbox limits are those of client submission.
    ///
    /// Source: Microsoft Graph, "Service-specific throttling limits" (4 concurrent requests per app and
    /// mailbox).
    GRAPH(443, 30, 4, 10_000, 500, 35L << 20),
    /// High Volume Email: only to recipients within the organization.
    ///
    /// Source: Microsoft, "Manage high volume emails for Microsoft 365" (no limit on the sending rate, 50
    /// recipients per message, 10 MB).
    HIGH_VOLUME(587, null, 2, null, 50, 10_000_000L),
    /// Azure Communication Services Email, with a custom domain.
    ///
    /// Source: Azure, "Service limits for Azure Communication Services", Email (30 messages per minute, 50
    /// recipients per message, 10 MB).
    AZURE_COMMUNICATION(587, 30, 2, null, 50, 10_000_000L),
    /// The organization's mail exchanger, without sign-in: a connector, or direct send.
    ///
    /// Sources: Microsoft, "How to set up a multifunction device …" (states only "reasonable limits");
    /// "Non-delivery reports in Exchange Online" (452 4.5.3 for more than 200 recipients in one domain).
    CONNECTOR(25, null, 2, null, 200, null),
    /// Any other server.
    SMARTHOST(587, null, 2, null, null, null);

    /// Number of messages that may be sent at once after an idle period, if there is a rate limit.
    public static final int BURST = 5;

    private static final String HIGH_VOLUME_HOST = "smtp.hve.mx.microsoft";
    private static final String AZURE_HOST = "smtp.azurecomm.net";

    private final int port;
    private final @Nullable Integer messagesPerMinute;
    private final int connections;
    private final @Nullable Integer recipientsPerDay;
    private final @Nullable Integer recipientsPerMessage;
    private final @Nullable Long messageSize;

    Preset(
            int port,
            @Nullable Integer messagesPerMinute,
            int connections,
            @Nullable Integer recipientsPerDay,
            @Nullable Integer recipientsPerMessage,
            @Nullable Long messageSize) {
        this.port = port;
        this.messagesPerMinute = messagesPerMinute;
        this.connections = connections;
        this.recipientsPerDay = recipientsPerDay;
        this.recipientsPerMessage = recipientsPerMessage;
        this.messageSize = messageSize;
    }

    /// @return host name of the SMTP server; empty if it depends on the organization, or for Graph
    public Optional<String> host(Cloud cloud) {
        return switch (this) {
            case OFFICE365 -> Optional.of(cloud.submissionHost());
            case HIGH_VOLUME -> Optional.of(HIGH_VOLUME_HOST);
            case AZURE_COMMUNICATION -> Optional.of(AZURE_HOST);
            case GRAPH, CONNECTOR, SMARTHOST -> Optional.empty();
        };
    }

    /// @return the port for STARTTLS; for Graph, the HTTPS port
    public int port() {
        return port;
    }

    /// @return maximum number of messages per minute; null for no limit
    public @Nullable Integer messagesPerMinute() {
        return messagesPerMinute;
    }

    /// @return maximum number of concurrent connections
    public int connections() {
        return connections;
    }

    /// @return maximum number of recipients in 24 hours; null for no limit
    public @Nullable Integer recipientsPerDay() {
        return recipientsPerDay;
    }

    /// @return maximum number of recipients per message; null for no limit
    public @Nullable Integer recipientsPerMessage() {
        return recipientsPerMessage;
    }

    /// @return maximum size of a message in octets; null for no limit
    public @Nullable Long messageSize() {
        return messageSize;
    }

    /// @return whether the limits of message size and recipients per message are fixed, so that an admin cannot
    ///     raise them
    public boolean hasFixedLimits() {
        return this == HIGH_VOLUME || this == AZURE_COMMUNICATION;
    }

    /// @param key name in the configuration, such as `office365`
    public static Optional<Preset> named(String key) {
        return Arrays.stream(values())
                .filter(preset -> preset.key().equals(key))
                .findFirst();
    }

    /// @return the name used in the configuration
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
