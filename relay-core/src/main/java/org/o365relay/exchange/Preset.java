package org.o365relay.exchange;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The services mail can be handed to: where they are, and what they let through.
///
/// Figures as of November 2026. A mailbox may have its own; then the configuration says so.
public enum Preset {
    /// Client submission with a mailbox (SMTP AUTH).
    ///
    /// Sources: Microsoft, "How to set up a multifunction device or application to send email using Microsoft 365"
    /// (host, port, 30 messages a minute, 3 connections, 10,000 recipients a day); "Exchange Online limits" (500
    /// recipients in a message unless the admin allows more, 35 MB). One connection of three is left to others.
    OFFICE365(587, 30, 2, 10_000, 500, 35L << 20),
    /// Microsoft Graph, sendMail. The limits of the mailbox are those of client submission.
    ///
    /// Source: Microsoft Graph, "Service-specific throttling limits" (4 requests at once for an app and mailbox).
    GRAPH(443, 30, 4, 10_000, 500, 35L << 20),
    /// High Volume Email: to recipients of one's own organisation only.
    ///
    /// Source: Microsoft, "Manage high volume emails for Microsoft 365" (no sending rate, 50 recipients, 10 MB).
    HIGH_VOLUME(587, null, 2, null, 50, 10_000_000L),
    /// Azure Communication Services Email, with a domain of one's own.
    ///
    /// Source: Azure, "Service limits for Azure Communication Services", Email (30 a minute, 50 recipients, 10 MB).
    AZURE_COMMUNICATION(587, 30, 2, null, 50, 10_000_000L),
    /// The organisation's mail exchanger, without a login: a connector, or direct send.
    ///
    /// Source: Microsoft, "How to set up a multifunction device …" ("reasonable limits"); "Non-delivery reports in
    /// Exchange Online" (452 4.5.3 for more than 200 recipients of a domain).
    CONNECTOR(25, null, 2, null, 200, null),
    /// Any other server.
    SMARTHOST(587, null, 2, null, null, null);

    /// How many messages may leave at once after a pause, where there is a rate.
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

    /// @return the name of its server; empty if it is another one for everybody, or there is none
    public Optional<String> host(Cloud cloud) {
        return switch (this) {
            case OFFICE365 -> Optional.of(cloud.submissionHost());
            case HIGH_VOLUME -> Optional.of(HIGH_VOLUME_HOST);
            case AZURE_COMMUNICATION -> Optional.of(AZURE_HOST);
            case GRAPH, CONNECTOR, SMARTHOST -> Optional.empty();
        };
    }

    /// @return where STARTTLS is spoken; for Graph that of HTTPS
    public int port() {
        return port;
    }

    /// @return null for any number
    public @Nullable Integer messagesPerMinute() {
        return messagesPerMinute;
    }

    /// @return how many at once do no harm
    public int connections() {
        return connections;
    }

    /// @return over 24 hours; null for any number
    public @Nullable Integer recipientsPerDay() {
        return recipientsPerDay;
    }

    /// @return null for any number
    public @Nullable Integer recipientsPerMessage() {
        return recipientsPerMessage;
    }

    /// @return octets; null for any size
    public @Nullable Long messageSize() {
        return messageSize;
    }

    /// @return whether no admin can have a larger message, or one for more recipients, let through
    public boolean hasFixedLimits() {
        return this == HIGH_VOLUME || this == AZURE_COMMUNICATION;
    }

    /// @param key as it stands in the configuration: `office365`
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
