package org.o365relay.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.hocon.Section;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.ndr.NdrSettings;

/// A mailbox as read from an element of `mailboxes`, with defaults filled in.
///
/// @param section section of the mailbox in the file
/// @param presets presets of the upstreams, in the same order as the upstreams
/// @param recipientsPerMessage maximum number of recipients per message; null for no limit
/// @param messageSize maximum message size in octets; null for no limit
/// @param ndr settings for reading NDRs; null if NDRs are not read
public record ResolvedMailbox(
        Section section,
        MailboxSettings settings,
        Cloud cloud,
        List<Preset> presets,
        @Nullable Integer recipientsPerMessage,
        @Nullable Long messageSize,
        @Nullable NdrSettings ndr) {}
