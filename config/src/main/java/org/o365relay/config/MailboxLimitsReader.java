package org.o365relay.config;

import static org.o365relay.config.values.Quantities.GIB;
import static org.o365relay.config.values.Quantities.KIB;
import static org.o365relay.config.values.Quantities.size;
import static org.o365relay.config.values.Quantities.whole;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.hocon.Section;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.exchange.Preset;

/// Reads the section `limits` of a mailbox, with defaults from the presets of its upstreams. The rate limit and
/// the daily quota apply to all upstreams together, so their defaults come from the strictest preset. The
/// defaults for connections, message size and recipients per message come from the preset of the primary
/// upstream.
///
/// @param presets presets of the upstreams, that of the primary first; at least one
record MailboxLimitsReader(Section limits, List<Preset> presets) {

    private static final int MAX_LIMIT = 100_000_000;

    // Microsoft, "Improvements in SMTP authenticated submission client protocol": 3 connections per mailbox
    private static final int EXCHANGE_CONNECTIONS = 3;
    private static final int GRAPH_REQUESTS = 4; // Microsoft Graph, "Service-specific throttling limits"

    AccountLimits read() {
        return new AccountLimits(
                limit("messages-per-minute", 100_000, Preset::messagesPerMinute),
                limits.optional("burst", whole(1, 100_000)).orElse(Preset.BURST),
                connections(),
                limit("recipients-per-day", MAX_LIMIT, Preset::recipientsPerDay));
    }

    /// @return maximum number of recipients per message; null for no limit
    @Nullable
    Integer recipientsPerMessage() {
        // Not the strictest preset: the primary can deliver messages that a fallback refuses. MailboxReader warns about
        // upstreams with stricter fixed limits.
        return limits.optional("recipients-per-message", whole(1, 10_000))
                .orElse(presets.getFirst().recipientsPerMessage());
    }

    /// @return maximum message size in octets; null for no limit
    @Nullable
    Long messageSize() {
        return limits.optional("message-size", size(64 * KIB, GIB))
                .orElse(presets.getFirst().messageSize());
    }

    private int connections() {
        int connections = limits.optional("connections", whole(1, 100))
                .orElse(presets.getFirst().connections());
        if (presets.contains(Preset.OFFICE365) && connections > EXCHANGE_CONNECTIONS) {
            limits.reportWarning(
                    "connections",
                    "Exchange Online allows 3 concurrent connections per mailbox, shared by all its clients; use 1 to 3");
        }
        if (presets.getFirst() == Preset.GRAPH && connections > GRAPH_REQUESTS) {
            limits.reportWarning(
                    "connections", "Microsoft Graph allows 4 concurrent requests per app and mailbox; use 1 to 4");
        }
        return connections;
    }

    private @Nullable Integer limit(String key, int max, Function<Preset, @Nullable Integer> presetLimit) {
        return limits.optional(key, whole(1, max)).orElseGet(() -> strictest(presetLimit));
    }

    private @Nullable Integer strictest(Function<Preset, @Nullable Integer> presetLimit) {
        return presets.stream()
                .flatMap(preset -> Stream.ofNullable(presetLimit.apply(preset)))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }
}
