package org.o365relay.config;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxSettings;
import org.o365relay.exchange.Cloud;
import org.o365relay.exchange.Preset;
import org.o365relay.ndr.NdrSettings;

/// The mailbox that results from an element of `mailboxes`.
///
/// @param section its section in the file
/// @param presets of its upstreams
/// @param recipientsPerMessage null for no limit
/// @param messageSize octets; null for no limit
/// @param ndr null if NDRs are not read
record ResolvedMailbox(
        Section section,
        MailboxSettings settings,
        Cloud cloud,
        List<Preset> presets,
        @Nullable Integer recipientsPerMessage,
        @Nullable Long messageSize,
        @Nullable NdrSettings ndr) {}
