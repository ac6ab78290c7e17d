package org.o365relay.config;

import static org.o365relay.config.Amount.GIB;
import static org.o365relay.config.Amount.KIB;
import static org.o365relay.config.Amount.size;
import static org.o365relay.config.Amount.whole;

import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxLimits;
import org.o365relay.exchange.Preset;

/// The section `limits` of a mailbox, with those of its first road's preset beneath it.
record MailboxLimitsReader(Section limits, Preset preset) {

    private static final int MOST = 100_000_000;

    // Microsoft, "Improvements in SMTP authenticated submission client protocol": 3 per mailbox, over all clients
    private static final int EXCHANGE_CONNECTIONS = 3;
    private static final int GRAPH_REQUESTS = 4; // Microsoft Graph, "Service-specific throttling limits"

    MailboxLimits read() {
        return new MailboxLimits(
                limit("messages-per-minute", 100_000, preset.messagesPerMinute()),
                limits.optional("burst", whole(1, 100_000)).orElse(Preset.BURST),
                connections(),
                limit("recipients-per-day", MOST, preset.recipientsPerDay()));
    }

    /// @return null for any number
    @Nullable
    Integer recipientsPerMessage() {
        return limit("recipients-per-message", 10_000, preset.recipientsPerMessage());
    }

    /// @return octets; null for any size
    @Nullable
    Long messageSize() {
        return limits.optional("message-size", size(64 * KIB, GIB)).orElse(preset.messageSize());
    }

    private int connections() {
        int connections = limits.optional("connections", whole(1, 100)).orElse(preset.connections());
        if (preset == Preset.OFFICE365 && connections > EXCHANGE_CONNECTIONS) {
            limits.warning(
                    "connections",
                    "Exchange Online allows a mailbox 3 connections at once, over all its programs; use 1 to 3");
        }
        if (preset == Preset.GRAPH && connections > GRAPH_REQUESTS) {
            limits.warning("connections", "Microsoft Graph allows an app 4 requests at once for a mailbox; use 1 to 4");
        }
        return connections;
    }

    private @Nullable Integer limit(String key, int most, @Nullable Integer usual) {
        return limits.optional(key, whole(1, most)).orElse(usual);
    }
}
